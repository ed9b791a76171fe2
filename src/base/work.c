/* Work that no client asked for. */
#include "base/time.h"
#include "base/work.h"

struct work
work_start(struct db *db, struct arena *mem)
{
	return (struct work){
		.db = db, .mem = mem, .workspace = WORKSPACE_DEFAULT,
		.now = time_now_ms(), .budget = { .started = time_monotonic_ms() },
	};
}
