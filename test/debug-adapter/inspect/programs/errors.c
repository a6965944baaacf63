volatile int sink;
__attribute__((noinline)) int fails(int x) { sink = x; return x > 0 ? 6 : 0; }
__attribute__((noinline)) int succeeds(int x) { sink = x; return 0; }
__attribute__((noinline)) long negative(int x) { sink = x; return -22l * x; }
int main(int argc, char **argv)
{
	(void)argv;
	return (int)(fails(argc) + succeeds(argc) + negative(argc)) == 0;
}
