/* A kernel module: code and data in several sections, as a loader places them one by one. */
struct softc {
  int unit;
  unsigned int flags : 4;
  const char *name;
  struct softc *next;
};

static int attached;
static struct softc first = {.unit = 7, .name = "first"};
struct softc *head = &first;
static const int limits[3] = {1, 2, 3};

static inline __attribute__((always_inline)) int clamp(int value) {
  for (int i = 0; i < 3; i++)
    if (value < limits[i]) return limits[i];
  return value;
}

__attribute__((noinline)) int attach(struct softc *sc, int unit) {
  int wanted = clamp(unit);
  sc->unit = wanted;
  sc->flags = 3;
  attached += wanted;
  return attached;
}

__attribute__((noinline, section(".init.text"))) int module_init(int unit) {
  struct softc *each;
  int sum = 0;
  for (each = head; each; each = each->next) sum += attach(each, unit);
  return clamp(sum);
}

__attribute__((noinline, section(".exit.text"))) int module_exit(void) {
  attached = 0;
  return head->unit;
}
