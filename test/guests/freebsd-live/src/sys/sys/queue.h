/* Lists with the member names of sys/queue.h (tqe_next, le_next, slh_first, ...). */
#ifndef _SYS_QUEUE_H_
#define _SYS_QUEUE_H_

#define LIST_HEAD(name, type) struct name { struct type *lh_first; }
#define LIST_ENTRY(type) struct { struct type *le_next; struct type **le_prev; }
#define LIST_HEAD_INITIALIZER(head) { NULL }
#define LIST_INIT(head) ((head)->lh_first = NULL)
#define LIST_FIRST(head) ((head)->lh_first)
#define LIST_NEXT(elm, field) ((elm)->field.le_next)
#define LIST_FOREACH(var, head, field) for ((var) = LIST_FIRST(head); (var) != NULL; (var) = LIST_NEXT(var, field))
#define LIST_INSERT_HEAD(head, elm, field) do {                                   \
	if (((elm)->field.le_next = (head)->lh_first) != NULL)                    \
		(head)->lh_first->field.le_prev = &(elm)->field.le_next;          \
	(head)->lh_first = (elm);                                                 \
	(elm)->field.le_prev = &(head)->lh_first;                                 \
} while (0)
#define LIST_REMOVE(elm, field) do {                                              \
	if ((elm)->field.le_next != NULL)                                         \
		(elm)->field.le_next->field.le_prev = (elm)->field.le_prev;       \
	*(elm)->field.le_prev = (elm)->field.le_next;                             \
} while (0)

#define TAILQ_HEAD(name, type) struct name { struct type *tqh_first; struct type **tqh_last; }
#define TAILQ_ENTRY(type) struct { struct type *tqe_next; struct type **tqe_prev; }
#define TAILQ_HEAD_INITIALIZER(head) { NULL, &(head).tqh_first }
#define TAILQ_INIT(head) ((head)->tqh_first = NULL, (head)->tqh_last = &(head)->tqh_first)
#define TAILQ_FIRST(head) ((head)->tqh_first)
#define TAILQ_EMPTY(head) ((head)->tqh_first == NULL)
#define TAILQ_NEXT(elm, field) ((elm)->field.tqe_next)
#define TAILQ_LAST(head, headname) (*(((struct headname *)((head)->tqh_last))->tqh_last))
#define TAILQ_PREV(elm, headname, field) (*(((struct headname *)((elm)->field.tqe_prev))->tqh_last))
#define TAILQ_FOREACH(var, head, field) for ((var) = TAILQ_FIRST(head); (var) != NULL; (var) = TAILQ_NEXT(var, field))
#define TAILQ_FOREACH_SAFE(var, head, field, t) for ((var) = TAILQ_FIRST(head); (var) != NULL && ((t) = TAILQ_NEXT(var, field), 1); (var) = (t))
#define TAILQ_FOREACH_REVERSE_SAFE(var, head, headname, field, t) \
	for ((var) = TAILQ_LAST(head, headname); (var) != NULL && ((t) = TAILQ_PREV(var, headname, field), 1); (var) = (t))
#define TAILQ_INSERT_HEAD(head, elm, field) do {                                  \
	if (((elm)->field.tqe_next = (head)->tqh_first) != NULL)                  \
		(head)->tqh_first->field.tqe_prev = &(elm)->field.tqe_next;       \
	else                                                                      \
		(head)->tqh_last = &(elm)->field.tqe_next;                        \
	(head)->tqh_first = (elm);                                                \
	(elm)->field.tqe_prev = &(head)->tqh_first;                               \
} while (0)
#define TAILQ_INSERT_TAIL(head, elm, field) do {                                  \
	(elm)->field.tqe_next = NULL;                                             \
	(elm)->field.tqe_prev = (head)->tqh_last;                                 \
	*(head)->tqh_last = (elm);                                                \
	(head)->tqh_last = &(elm)->field.tqe_next;                                \
} while (0)
#define TAILQ_REMOVE(head, elm, field) do {                                       \
	if ((elm)->field.tqe_next != NULL)                                        \
		(elm)->field.tqe_next->field.tqe_prev = (elm)->field.tqe_prev;    \
	else                                                                      \
		(head)->tqh_last = (elm)->field.tqe_prev;                         \
	*(elm)->field.tqe_prev = (elm)->field.tqe_next;                           \
} while (0)

#define STAILQ_ENTRY(type) struct { struct type *stqe_next; }
#define CK_SLIST_HEAD(name, type) struct name { struct type *cslh_first; }
#define CK_SLIST_ENTRY(type) struct { struct type *csle_next; }

#endif
