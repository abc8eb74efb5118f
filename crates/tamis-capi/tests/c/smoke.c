/* Uses the library as a C program does: every call, every status, what callers get wrong, many threads. Built and run by ../c.rs. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tamis.h"

#define CHECK(condition)                                                          \
    do {                                                                          \
        if (!(condition)) {                                                       \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                              \
        }                                                                         \
    } while (0)

#define THREADS 8
#define ROUNDS 20
/* What the header promises to be enough. */
#define STACK (256 * 1024)

static int has(const char *answer, const char *words) {
    return answer != NULL && strstr(answer, words) != NULL;
}

static const char REQUEST[] =
    "{\"server\":\"pigeonhole-0.5\",\"script\":\"require \\\"fileinto\\\";\\nif header :is \\\"Subject\\\" \\\"\xe2\x82\xac\\\" { fileinto \\\"Euro\\\"; }\\n\"}";
static const char MESSAGE[] = "From: a@example.org\r\nTo: b@example.org\r\nSubject: =?iso-8859-15?q?=A4?=\r\n\r\nBody\r\n";

static void checks(void) {
    char *out = NULL;
    size_t len = 99;
    CHECK(tamis_check(REQUEST, sizeof REQUEST - 1, &out, &len) == TAMIS_OK);
    CHECK(has(out, "\"verdict\":\"accepted\"") && strlen(out) == len);
    /* A caller may write into what is its own, NULs too. */
    memset(out, 0, len);
    tamis_free(out);

    static const char refused[] = "{\"script\":\"keep\",\"lang\":\"fr\"}";
    CHECK(tamis_check(refused, sizeof refused - 1, &out, NULL) == TAMIS_OK);
    CHECK(has(out, "\"verdict\":\"refused\"") && has(out, "sieve/missing-semicolon") && has(out, "il manque"));
    tamis_free(out);
}

static void runs(void) {
    char *out, *again;
    size_t len;
    CHECK(tamis_run(REQUEST, sizeof REQUEST - 1, MESSAGE, sizeof MESSAGE - 1, &out, &len) == TAMIS_OK);
    CHECK(has(out, "\"stored\":[{\"mailbox\":\"Euro\",\"flags\":[]}]") && has(out, "\"wanted\":[]"));
    CHECK(tamis_run(REQUEST, sizeof REQUEST - 1, MESSAGE, sizeof MESSAGE - 1, &again, NULL) == TAMIS_OK);
    CHECK(strcmp(out, again) == 0 && out != again);
    tamis_free(out);
    tamis_free(again);
    /* Nothing is a message too, and so is anything. */
    CHECK(tamis_run(REQUEST, sizeof REQUEST - 1, NULL, 0, &out, &len) == TAMIS_OK && has(out, "\"INBOX\""));
    tamis_free(out);
    CHECK(tamis_run(REQUEST, sizeof REQUEST - 1, "\0\xff\r\n", 4, &out, &len) == TAMIS_OK && has(out, "\"INBOX\""));
    tamis_free(out);
}

static void vets(void) {
    char *out;
    size_t len;
    static const char allowed[] = "{\"script\":\"keep;\",\"policy\":{\"max_size\":100}}";
    CHECK(tamis_vet(allowed, sizeof allowed - 1, &out, &len) == TAMIS_OK && has(out, "\"decision\":\"allow\""));
    tamis_free(out);
    static const char denied[] = "{\"script\":\"discard;\",\"policy\":{\"actions\":{\"forbidden\":[\"discard\"]}}}";
    CHECK(tamis_vet(denied, sizeof denied - 1, &out, &len) == TAMIS_OK && has(out, "\"decision\":\"deny\"") && has(out, "vet/forbidden-action"));
    tamis_free(out);
    static const char mistaken[] = "{\"script\":\"keep;\",\"policy\":{\"max_sise\":100}}";
    CHECK(tamis_vet(mistaken, sizeof mistaken - 1, &out, &len) == TAMIS_OK && has(out, "\"error\"") && !has(out, "decision"));
    tamis_free(out);
}

/* What is wrong with the arguments is said, and nothing is written but NULL and 0. */
static void mistakes(void) {
    char *out = (char *)&out;
    size_t len = 99;
    CHECK(tamis_check(NULL, 1, &out, &len) == TAMIS_E_ARGUMENT && out == NULL && len == 0);
    CHECK(tamis_check(REQUEST, SIZE_MAX, &out, &len) == TAMIS_E_ARGUMENT && out == NULL);
    CHECK(tamis_check(REQUEST, (size_t)PTRDIFF_MAX + 1, &out, &len) == TAMIS_E_ARGUMENT && out == NULL);
    CHECK(tamis_check((const char *)(UINTPTR_MAX - 7), 100, &out, &len) == TAMIS_E_ARGUMENT && out == NULL);
    CHECK(tamis_check(REQUEST, sizeof REQUEST - 1, NULL, &len) == TAMIS_E_ARGUMENT && len == 0);
    CHECK(tamis_check(REQUEST, sizeof REQUEST - 1, NULL, NULL) == TAMIS_E_ARGUMENT);
    CHECK(tamis_run(REQUEST, sizeof REQUEST - 1, NULL, 1, &out, &len) == TAMIS_E_ARGUMENT && out == NULL);
    CHECK(tamis_run(NULL, 1, MESSAGE, 1, &out, &len) == TAMIS_E_ARGUMENT && out == NULL);
    CHECK(tamis_vet(NULL, 1, &out, &len) == TAMIS_E_ARGUMENT && out == NULL);
    CHECK(tamis_check("\"\xff\"", 3, &out, &len) == TAMIS_E_UTF8 && out == NULL && len == 0);
    CHECK(tamis_run("\xc3", 1, NULL, 0, &out, &len) == TAMIS_E_UTF8 && out == NULL);
    CHECK(tamis_vet("\xed\xa0\x80", 3, &out, &len) == TAMIS_E_UTF8 && out == NULL);
    /* No JSON: an answer that says so. */
    CHECK(tamis_check(NULL, 0, &out, &len) == TAMIS_OK && has(out, "{\"version\":1,\"error\":"));
    tamis_free(out);
    CHECK(tamis_check("{\0}", 3, &out, &len) == TAMIS_OK && has(out, "\"error\""));
    tamis_free(out);
    tamis_free(NULL);
}

/* A hundred thousand levels of blocks, tests, lists and JSON end in an answer. */
static void bombs(void) {
    static const char *const levels[] = {"if true{", "not ", "[", "allof(", "/*", "{"};
    const size_t count = 100000;
    for (size_t which = 0; which < sizeof levels / sizeof *levels; which++) {
        size_t one = strlen(levels[which]);
        char *request = malloc(32 + count * one);
        CHECK(request != NULL);
        char *at = request + sprintf(request, "{\"script\":\"");
        for (size_t level = 0; level < count; level++, at += one) {
            memcpy(at, levels[which], one);
        }
        at += sprintf(at, "\"}");
        char *out;
        CHECK(tamis_check(request, (size_t)(at - request), &out, NULL) == TAMIS_OK && has(out, "\"refused\""));
        tamis_free(out);
        CHECK(tamis_vet(request, (size_t)(at - request), &out, NULL) == TAMIS_OK && has(out, "\"deny\""));
        tamis_free(out);
        free(request);
    }
    char *deep = malloc(count);
    CHECK(deep != NULL);
    memset(deep, '[', count);
    char *out;
    CHECK(tamis_run(deep, count, deep, count, &out, NULL) == TAMIS_OK && has(out, "\"error\""));
    tamis_free(out);
    free(deep);
}

static void *thread(void *number) {
    for (int round = 0; round < ROUNDS; round++) {
        checks();
        runs();
        vets();
        mistakes();
    }
    if (*(const int *)number == 0) {
        bombs();
    }
    return NULL;
}

#ifdef TAMIS_TEST_PANIC
int tamis_test_panic(char **out, size_t *out_len);

static void panics(void) {
    char *out = (char *)&out;
    size_t len = 99;
    for (int time = 0; time < 3; time++) {
        CHECK(tamis_test_panic(&out, &len) == TAMIS_E_INTERNAL && out == NULL && len == 0);
    }
    /* And all goes on. */
    checks();
}
#endif

int main(void) {
    CHECK(strlen(tamis_version()) >= 5 && tamis_version() == tamis_version());
    checks();
    runs();
    vets();
    mistakes();
#ifdef TAMIS_TEST_PANIC
    panics();
#endif
    pthread_t threads[THREADS];
    int numbers[THREADS];
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, STACK) == 0);
    for (int index = 0; index < THREADS; index++) {
        numbers[index] = index;
        CHECK(pthread_create(&threads[index], &attributes, thread, &numbers[index]) == 0);
    }
    for (int index = 0; index < THREADS; index++) {
        CHECK(pthread_join(threads[index], NULL) == 0);
    }
    CHECK(pthread_attr_destroy(&attributes) == 0);
    printf("tamis %s: as the header says\n", tamis_version());
    return 0;
}
