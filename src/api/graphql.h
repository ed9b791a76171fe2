/* GraphQL: what pages of the web UI ask in one request. */
#ifndef API_GRAPHQL_H
#define API_GRAPHQL_H

#include "http/ctx.h"

/*
 * POST with application/json, or GET with the same body: "query" is the document,
 * "operationName" and "variables" are what GraphQL clients send beside it.
 *
 * 200 whatever the errors in the answer; 400, in the same form, for what the
 * reference answers with a page of status 500: no document, or a broken one.
 */
int	api_graphql(struct ctx *);

#endif
