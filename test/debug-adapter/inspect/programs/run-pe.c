/* Runs a UEFI application that asks nothing of the firmware, as a process: maps its sections where it was linked and calls its entry with a function to print with. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void fail(const char *what) {
    perror(what);
    exit(1);
}

__attribute__((ms_abi)) static void say(const char *text, uint64_t length) {
    fwrite(text, 1, length, stdout);
    fflush(stdout);
}

static uint32_t u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return value;
}

/* Microsoft PE and COFF specification, "COFF File Header", "Optional Header (Image Only)" and "Section Table". */
int main(int argc, char **argv) {
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!file) fail("open");
    static uint8_t bytes[32 << 20];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    const uint8_t *pe = bytes + u32(bytes + 0x3c);
    const uint8_t *optional = pe + 24;
    uint64_t base;
    memcpy(&base, optional + 24, 8);
    uint8_t *image = mmap((void *)base, u32(optional + 56), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (image != (void *)base) fail("mmap");
    const uint8_t *section = optional + (pe[20] | pe[21] << 8);
    int count = pe[6] | pe[7] << 8;
    for (int i = 0; i < count; i++, section += 40) {
        uint32_t virtual_size = u32(section + 8), address = u32(section + 12), raw = u32(section + 16), at = u32(section + 20);
        if (at + (uint64_t)raw > size) fail("section");
        memcpy(image + address, bytes + at, raw < virtual_size ? raw : virtual_size);
        if (u32(section + 36) & 0x20000000 && mprotect(image + address, virtual_size, PROT_READ | PROT_EXEC)) fail("mprotect");
    }
    uint64_t (*entry)(uint64_t, void *) __attribute__((ms_abi)) = (void *)(image + u32(optional + 16));
    return (int)entry(0, (void *)say);
}
