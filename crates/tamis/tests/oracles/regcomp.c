/* Asks the C library what it thinks of regular expressions, as Pigeonhole's :regex does.
   In, a line each: "i" or "-" for ignore case, pattern and texts in hexadecimal with "." before each.
   Out, a line for each text: "error TEXT", "none N" or "match N FROM:TO ...", where N is the answer without groups asked for.
   A process for each line, since the libraries can loop for minutes or crash: then the answer is "lost". */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char line[1 << 22], pattern[1 << 20], text[1 << 21];

static char *unhex(const char *from, char *to) {
    char *start = to, pair[3] = {0};
    for (from++; from[0] > ' ' && from[1] > ' '; from += 2) {
        memcpy(pair, from, 2);
        *to++ = (char)strtol(pair, NULL, 16);
    }
    *to = 0;
    return start;
}

static void answer(void) {
    static char message[256];
    int flags = REG_EXTENDED | (line[0] == 'i' ? REG_ICASE : 0), error, alone, together;
    char *next = strchr(line, '.');
    unhex(next, pattern);
    regex_t regex, bare;
    regmatch_t groups[32];
    if ((error = regcomp(&regex, pattern, flags)) != 0)
        regerror(error, &regex, message, sizeof message);
    else
        regcomp(&bare, pattern, flags | REG_NOSUB);
    while ((next = strchr(next + 1, '.')) != NULL) {
        if (error != 0) {
            printf("error %s\n", message);
            continue;
        }
        unhex(next, text);
        alone = regexec(&bare, text, 0, NULL, 0) == 0;
        together = regexec(&regex, text, 32, groups, 0) == 0;
        printf("%s %d", together ? "match" : "none", alone);
        for (size_t i = 0; together && i <= regex.re_nsub && i < 32; i++)
            printf(" %d:%d", (int)groups[i].rm_so, (int)groups[i].rm_eo);
        puts("");
    }
}

int main(void) {
    while (fgets(line, sizeof line, stdin)) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            alarm(1);
            answer();
            fflush(stdout);
            _exit(0);
        }
        if (waitpid(child, &status, 0) != child || status != 0) {
            puts("lost");
            fflush(stdout);
        }
    }
    return 0;
}
