/* Frames as a compiler makes them: floating point registers to save, much room, room of unknown size, calls at the end. */
typedef __SIZE_TYPE__ size;
extern void opaque(void *bytes, size length);
extern double compute(double a, double b);
extern long last(long a, long b);

void __chkstk(void) {}
int _fltused;

double floats(double a, double b, double c, double d) {
  double e = compute(a, b), f = compute(c, d), g = compute(a, d);
  return compute(e + a, f + b) * g + e * f + c * d;
}

long much(long n) {
  char bytes[300000];
  opaque(bytes, sizeof bytes);
  return bytes[n];
}

long unknown(size n, long a, long b, long c, long d) {
  char *bytes = __builtin_alloca(n);
  double aligned[8] __attribute__((aligned(64)));
  opaque(bytes, n);
  opaque(aligned, sizeof aligned);
  return bytes[a] + bytes[b] + bytes[c] + bytes[d] + (long)aligned[a & 7];
}

long tail(long a, long b) {
  char bytes[40];
  opaque(bytes, (size)a);
  if (bytes[0])
    return last(a + bytes[1], b);
  return unknown((size)a, b, a, bytes[2], b);
}

long many(long a, long b, long c, long d, long e, long f) {
  long kept[6] = {a, b, c, d, e, f};
  for (long i = 0; i < a; i++) {
    opaque(kept, sizeof kept);
    kept[i % 6] += last(kept[0] * b, kept[1] * c) + last(d + e, f + i) * kept[5];
  }
  return kept[0] + kept[1] + kept[2] + kept[3] + a + b + c + d + e + f;
}
