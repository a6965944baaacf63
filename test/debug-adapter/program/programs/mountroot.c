/* Shaped as FreeBSD's vfs_mountroot.c under -O2: helpers that are nowhere a function of their own, and a static namesake. */
volatile int sink;
int parse_options(const char *from);

static int report(int error) {
  sink += error;
  return error;
}

static int set_rootvnode(const char *from) {
  int error = 0;
  for (const char *at = from; *at; at++) error = error * 31 + *at;
  sink = error;
  return report(error & 3);
}

static int parse_dir(const char *from) {
  int error = set_rootvnode(from);
  if (error != 0) report(error + 100);
  return error;
}

__attribute__((noinline)) int vfs_mountroot(const char *from) {
  int error = parse_dir(from);
  sink += 7;
  if (error == 2) error = parse_dir(from + 1);
  return error + parse_options(from);
}

int main(int argc, char **argv) {
  return vfs_mountroot(argv[argc - 1]);
}
