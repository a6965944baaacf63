#ifndef _LIBKERN_PRINTF_H_
#define _LIBKERN_PRINTF_H_
struct out { void (*put)(struct out *, char); char *buffer; size_t size; size_t count; };
void format(struct out *, const char *fmt, va_list);
int vsnprintf(char *, size_t, const char *, va_list);
#endif
