/* Lists as FreeBSD's sys/sys/queue.h and Linux' include/linux/list.h lay them out. */
#include <stddef.h>

#define LIST_HEAD(name, type) struct name { struct type *lh_first; }
#define LIST_ENTRY(type) struct { struct type *le_next; struct type **le_prev; }
#define SLIST_HEAD(name, type) struct name { struct type *slh_first; }
#define SLIST_ENTRY(type) struct { struct type *sle_next; }
#define STAILQ_HEAD(name, type) struct name { struct type *stqh_first; struct type **stqh_last; }
#define STAILQ_ENTRY(type) struct { struct type *stqe_next; }
#define TAILQ_HEAD(name, type) struct name { struct type *tqh_first; struct type **tqh_last; }
#define TAILQ_ENTRY(type) struct { struct type *tqe_next; struct type **tqe_prev; }

struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };

struct item {
  int number;
  LIST_ENTRY(item) hashed;
  SLIST_ENTRY(item) freed;
  STAILQ_ENTRY(item) queued;
  TAILQ_ENTRY(item) sorted;
  LIST_ENTRY(item) waiting;
  struct list_head ring;
  struct hlist_node bucket;
};

static LIST_HEAD(hashhead, item) hash;
static LIST_HEAD(waithead, item) waiters;
SLIST_HEAD(freehead, item) spare;
static STAILQ_HEAD(queuehead, item) work;
static TAILQ_HEAD(sorthead, item) order;
static STAILQ_HEAD(, item) nothing = { NULL, &nothing.stqh_first };
static struct list_head ring = { &ring, &ring };
static struct hlist_head bucket;
static struct item items[6];

__attribute__((noinline)) void checkpoint(void) { __asm__ volatile("" ::: "memory"); }

/* `hash` holds all backwards, `waiters` every second one, `work` and `order` all forwards, `spare` a circle of three. */
int main(void) {
  struct item **last = &work.stqh_first, **tail = &order.tqh_first;
  for (int i = 0; i < 6; i++) {
    struct item *one = &items[i];
    one->number = 10 * i;
    one->hashed.le_next = hash.lh_first;
    if (hash.lh_first) hash.lh_first->hashed.le_prev = &one->hashed.le_next;
    one->hashed.le_prev = &hash.lh_first;
    hash.lh_first = one;
    *last = one;
    last = &one->queued.stqe_next;
    *tail = one;
    one->sorted.tqe_prev = tail;
    tail = &one->sorted.tqe_next;
    if (i % 2) {
      one->waiting.le_next = waiters.lh_first;
      if (waiters.lh_first) waiters.lh_first->waiting.le_prev = &one->waiting.le_next;
      one->waiting.le_prev = &waiters.lh_first;
      waiters.lh_first = one;
    }
    one->ring.prev = ring.prev;
    one->ring.next = &ring;
    ring.prev->next = &one->ring;
    ring.prev = &one->ring;
    one->bucket.next = bucket.first;
    one->bucket.pprev = &bucket.first;
    if (bucket.first) bucket.first->pprev = &one->bucket.next;
    bucket.first = &one->bucket;
  }
  work.stqh_last = last;
  order.tqh_last = tail;
  for (int i = 0; i < 3; i++) items[i].freed.sle_next = &items[(i + 1) % 3];
  spare.slh_first = &items[0];
  checkpoint();
  return nothing.stqh_first != NULL;
}
