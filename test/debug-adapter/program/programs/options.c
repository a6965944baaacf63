/* A namesake with another's code, once inlined and once a function of its own. */
extern volatile int sink;

static int report(int error) {
  sink -= error;
  return -error;
}

__attribute__((noinline)) static int set_rootvnode(const char *from) {
  sink = from[0];
  return report(from[1]);
}

int parse_options(const char *from) {
  return set_rootvnode(from) + report(from[2]);
}
