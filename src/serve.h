/*
 * One request from end to end.
 */
#ifndef SERVE_H
#define SERVE_H

#include "http/ctx.h"

void	serve(struct ctx *);

#endif
