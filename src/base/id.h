/* Random identities from the kernel's generator. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdint.h>

#include "base/arena.h"

/* 32 lower-case hexadecimal digits, as MLflow's run ids. */
struct str	id_hex32(struct arena *);
/* Uniform in 0 .. n-1; n > 0. */
uint32_t	id_below(uint32_t n);
/* A run name as MLflow makes them: adjective, animal, number 0-999. */
struct str	id_run_name(struct arena *);

#endif
