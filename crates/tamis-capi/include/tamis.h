/*
 * tamis: check, simulate and vet Sieve mail filters (RFC 5228) as the real servers do.
 *
 * Three calls take JSON and give JSON: the same requests and answers as in every other face of tamis.
 *
 *     static const char request[] = "{\"server\":\"mailcow\",\"script\":\"keep;\"}";
 *     char *answer;
 *     if (tamis_check(request, sizeof request - 1, &answer, NULL) == TAMIS_OK) {
 *         puts(answer);        // {"version":1,"files":[{"file":"script.sieve","verdict":"accepted", ...
 *         tamis_free(answer);
 *     }
 *
 * Link with -ltamis, or ask pkg-config for tamis.
 *
 * What holds for every call:
 *
 * - Pure: the answer follows from the arguments. No files, no network, no clock, no environment, no state between calls. What a call
 *   does not know, such as the text of an included script, it names under "wanted"; call again with the answer in the request.
 * - Any thread may call at any time.
 * - Input is borrowed for the call, output belongs to the caller until tamis_free().
 * - Bad input never crashes: scripts and messages may come from anyone. Work and memory are bounded by limits in the library. Only
 *   memory that has run out ends the program, as it does everywhere in Rust.
 * - A stack of 256 KiB is enough.
 */
#ifndef TAMIS_H
#define TAMIS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What every call returns. Anything but TAMIS_OK means that there is no answer: *out is NULL. */
typedef enum tamis_status {
    /*
     * *out is the answer. A request that is no JSON, or asks for something that does not exist, has an answer too:
     * {"version":1,"error":"what is wrong"}. For tamis_vet() that is no permission.
     */
    TAMIS_OK = 0,
    /* A pointer is NULL though its length is not 0, out is NULL, or a length is larger than any object can be. */
    TAMIS_E_ARGUMENT = 1,
    /* The request is not UTF-8. (A message may be any bytes.) */
    TAMIS_E_UTF8 = 2,
    /* A fault in the library, caught; or no memory for the answer. The library can still be used. */
    TAMIS_E_INTERNAL = 3
} tamis_status;

/* The version of the library, such as "0.1.0"; never NULL, never to be freed. */
const char *tamis_version(void);

/*
 * Says what is wrong with a script, as a server would.
 *
 *     request    {"script": "...", "server": "mailcow", "set": {"sieve_max_redirects": "4"}, "lang": "fr", "positions": "utf16",
 *                 "scripts": [{"store": "personal", "name": "...", "text": "..."}],
 *                 "account": {"addresses": ["owner@example.org"], "mailboxes": ["INBOX"]},
 *                 "levels": {"sieve/unused-require": "off"}}
 *                Everything but the script may be left out. "server" is one of pigeonhole-2.4 (the default), pigeonhole-0.5, mailcow,
 *                mailcow-global, rfc.
 *     len        Its length in bytes, without a final NUL.
 *     out        Receives the answer, ended by a NUL that is not counted:
 *                {"version":1,"files":[{"file":"...","server":"...","verdict":"accepted|refused|declined","diagnostics":[...]}]}
 *     out_len    Receives the answer's length; may be NULL.
 */
int tamis_check(const char *request, size_t len, char **out, size_t *out_len);

/*
 * Runs a script on a message and says what would become of it; nothing is stored or sent.
 *
 *     request    As for tamis_check(), and besides: "from", "to" (the envelope), "now" ("2026-11-23T09:14:00+01:00"),
 *                "account": {"addresses": [...], "mailboxes": [...], ...}, "trace": true (docs/account.md).
 *     message    The message as it is delivered: any bytes, of length message_len. It may be NULL if message_len is 0.
 *     out        Receives {"version":1,"outcome":"ok|failed|refused|declined","actions":[...],"stored":[...],"sent":[...],
 *                "keep":"implicit|explicit|cancelled","sentence":"...","trace":[...], ...}
 *
 * Text in other charsets is converted in the library: no charset is left under "wanted".
 */
int tamis_run(const char *request, size_t len, const char *message, size_t message_len, char **out, size_t *out_len);

/*
 * Decides whether a user's script may be used: the server must accept it, and it must keep the administrator's rules.
 *
 *     request    {"script": "...", "policy": {"server": "mailcow", "max_size": 65536, "redirect": {"max": 2}, ...},
 *                 "account": {"addresses": ["owner@example.org"]}, "scripts": [...], "lang": "en"}
 *                docs/policy.md has every rule. A rule that is not known is an error.
 *     out        Receives {"version":1,"decision":"allow|warn|deny","verdict":"accepted|refused|declined","broken":[...],
 *                "diagnostics":[...],"size":123, ...}. Use the script only if the status is TAMIS_OK and there is a "decision" that is
 *                "allow" or "warn".
 */
int tamis_vet(const char *request, size_t len, char **out, size_t *out_len);

/* Gives an answer back. NULL is fine. An answer is given back once, to the library that gave it; its bytes may have been changed. */
void tamis_free(char *answer);

#ifdef __cplusplus
}
#endif

#endif /* TAMIS_H */
