/* Every kind of C value that a kernel has; the program itself says what each is. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum color { RED, GREEN = 5, BLUE };
enum flags { READ = 1, WRITE = 2, EXEC = 4, APPEND = 8, ALL = 15 };
enum minus { BELOW = -7, ZERO = 0, ABOVE = 1 << 30 };
struct bits { unsigned a : 3; signed b : 5; uint64_t c : 40; unsigned char d; unsigned : 4; unsigned e : 1; _Bool f : 1; };
union number { uint32_t whole; float real; unsigned char bytes[4]; };
struct flexible { unsigned count; short items[]; };
struct inside { int before; union { int inner; unsigned other; }; struct { char tag; long wide; }; int after; };
typedef int (*operation)(int, const char *);
struct table { const char *name; operation run; void (*none)(void); };
struct node { struct node *next; int value; char name[12]; };

struct kinds {
    _Bool yes;
    char letter, nothing;
    signed char minus;
    unsigned char byte;
    short s;
    unsigned short us;
    int i;
    unsigned u;
    long l;
    unsigned long long ull;
    __int128 wide;
    unsigned __int128 uwide;
    float f;
    double d;
    long double ld;
    enum color color, strange;
    enum flags read_write, all, beyond;
    enum minus below, above;
    struct bits bits;
    union number number;
    struct inside inside;
    struct table table;
    char text[16], full[4], escaped[8], empty[4];
    char lines[2][6];
    const char *string;
    const char *null_string;
    unsigned char raw[4];
    int array[5];
    int matrix[2][3];
    int *pointer;
    void *opaque, *null;
    struct node nodes[3];
    struct node *first;
    struct flexible *flexible;
    const volatile int fixed;
    operation operations[2];
    int (*row)[3];
};

static int run(int n, const char *text) { return n + (int)strlen(text); }
static int walk(int n, const char *text) { return n - (int)strlen(text); }
static struct kinds kinds = { .fixed = 77 };
struct kinds *volatile reached = &kinds;
struct flexible *volatile held;

__attribute__((noinline)) void checkpoint(void) { __asm__ volatile("int3" ::: "memory"); }

static void say(const char *name, const char *format, ...) {
    __builtin_va_list list;
    printf("%s\t", name);
    __builtin_va_start(list, format);
    vprintf(format, list);
    __builtin_va_end(list);
    printf("\n");
}

int main(void) {
    struct kinds *k = reached;
    k->yes = 1, k->letter = 'A', k->minus = -100, k->byte = 200, k->s = -30000, k->us = 60000, k->i = -2147483647 - 1, k->u = 4000000000u;
    k->l = -(1l << 62), k->ull = ~0ull, k->wide = -((__int128)1 << 100), k->uwide = (unsigned __int128)7 << 90, k->f = -0.5f, k->d = 2.25, k->ld = 1.5L;
    k->color = BLUE, k->strange = (enum color)77, k->read_write = READ | WRITE, k->all = ALL, k->beyond = (enum flags)(EXEC | 32), k->below = BELOW, k->above = ABOVE;
    k->bits.a = 5, k->bits.b = -3, k->bits.c = 78187493530ull, k->bits.d = 200, k->bits.e = 1, k->bits.f = 1;
    k->number.real = 1.5f;
    k->inside.before = 1, k->inside.inner = 6, k->inside.tag = 't', k->inside.wide = -9, k->inside.after = 4;
    k->table.name = "table", k->table.run = run;
    strcpy(k->text, "cd9660"), memcpy(k->full, "full", 4), strcpy(k->escaped, "a\t\"b\\"), strcpy(k->lines[0], "one"), strcpy(k->lines[1], "two");
    k->string = "hello", memcpy(k->raw, "raw", 4);
    for (int i = 0; i < 5; i++) k->array[i] = i * i - 3;
    for (int i = 0; i < 6; i++) k->matrix[i / 3][i % 3] = i;
    k->pointer = &k->array[2], k->opaque = &kinds;
    for (int i = 0; i < 3; i++) {
        k->nodes[i].next = i < 2 ? &k->nodes[i + 1] : &k->nodes[0];
        k->nodes[i].value = 10 * i;
        snprintf(k->nodes[i].name, sizeof k->nodes[i].name, "node %d", i);
    }
    k->first = k->nodes;
    k->flexible = malloc(sizeof *k->flexible + 4 * sizeof k->flexible->items[0]);
    k->flexible->count = 4;
    for (int i = 0; i < 4; i++) k->flexible->items[i] = (short)(i * -5);
    k->operations[0] = walk, k->operations[1] = run, k->row = &k->matrix[1];
    held = k->flexible;

    say("kinds.yes", k->yes ? "true" : "false");
    say("kinds.letter", "%d '%c'", k->letter, k->letter);

    say("kinds.s", "%d", k->s);
    say("kinds.us", "%d", k->us);
    say("kinds.i", "%d", k->i);
    say("kinds.u", "%u", k->u);
    say("kinds.l", "%ld", k->l);
    say("kinds.ull", "%llu", k->ull);
    say("kinds.wide < 0 && kinds.wide >> 100 == -1", k->wide < 0 && k->wide >> 100 == -1 ? "true" : "false");
    say("kinds.uwide >> 90", "%u", (unsigned)(k->uwide >> 90));
    say("kinds.f", "%g", k->f);
    say("kinds.d", "%g", k->d);
    say("kinds.ld", "%Lg", k->ld);
    say("kinds.color", "BLUE");
    say("kinds.color == BLUE", k->color == BLUE ? "true" : "false");
    say("kinds.strange", "%d", (int)k->strange);
    say("kinds.read_write", "READ | WRITE");
    say("kinds.all", "ALL");
    say("kinds.below", "BELOW");
    say("kinds.above", "ABOVE");
    say("kinds.bits.a", "%u", k->bits.a);
    say("kinds.bits.b", "%d", k->bits.b);
    say("kinds.bits.c", "%llu", (unsigned long long)k->bits.c);
    say("kinds.bits.d", "%d 'È'", k->bits.d);
    say("kinds.bits.e", "%u", k->bits.e);
    say("kinds.bits.f", k->bits.f ? "true" : "false");
    say("kinds.number.whole", "%u", k->number.whole);
    say("kinds.number.real", "%g", k->number.real);
    say("kinds.inside.inner + kinds.inside.other", "%d", k->inside.inner + (int)k->inside.other);
    say("kinds.inside.tag", "%d '%c'", k->inside.tag, k->inside.tag);
    say("kinds.inside.wide", "%ld", k->inside.wide);
    say("kinds.inside.after", "%d", k->inside.after);
    say("kinds.table.run", "%p <run>", (void *)k->table.run);
    say("kinds.table.none", "0x0");
    say("kinds.operations", "{%p <walk>, %p <run>}", (void *)k->operations[0], (void *)k->operations[1]);
    say("kinds.table.name", "%p \"%s\"", (void *)k->table.name, k->table.name);
    say("kinds.text", "\"%s\"", k->text);
    say("kinds.text == \"cd9660\"", "true");
    say("kinds.full", "\"%.4s\"", k->full);
    say("kinds.escaped", "\"a\\t\\\"b\\\\\"");
    say("kinds.empty", "\"\"");
    say("kinds.lines", "{\"%s\", \"%s\"}", k->lines[0], k->lines[1]);
    say("kinds.string", "%p \"%s\"", (void *)k->string, k->string);
    say("kinds.null_string", "0x0");
    say("kinds.raw", "\"%s\"", (char *)k->raw);
    say("kinds.array", "{%d, %d, %d, %d, %d}", k->array[0], k->array[1], k->array[2], k->array[3], k->array[4]);
    say("kinds.matrix", "{{%d, %d, %d}, {%d, %d, %d}}", 0, 1, 2, 3, 4, 5);
    say("*kinds.pointer", "%d", *k->pointer);
    say("kinds.pointer[2]", "%d", k->pointer[2]);
    say("kinds.pointer - kinds.array", "%d", (int)(k->pointer - k->array));
    say("kinds.opaque", "%p <kinds>", k->opaque);
    say("kinds.null", "0x0");
    say("kinds.first->next->next->value", "%d", k->first->next->next->value);
    say("kinds.nodes[2].next == kinds.nodes", "true");
    say("kinds.nodes[1].name", "\"%s\"", k->nodes[1].name);
    say("kinds.flexible->count", "%u", k->flexible->count);
    say("kinds.flexible->items[3]", "%d", k->flexible->items[3]);
    say("kinds.flexible->items[1..3]", "{%d, %d}", k->flexible->items[1], k->flexible->items[2]);
    say("kinds.flexible->items", "{…} at %p", (void *)k->flexible->items);
    say("kinds.fixed", "%d", k->fixed);
    say("(*kinds.row)[2]", "%d", (*k->row)[2]);
    say("sizeof kinds.bits", "%d", (int)sizeof k->bits);
    say("offsetof(struct kinds, table.run)", "%d", (int)offsetof(struct kinds, table.run));
    say("reached->color", "BLUE");
    fflush(stdout);
    checkpoint();
    return run(held->items[0], "x") + walk(1, "y") + kinds.i;
}
