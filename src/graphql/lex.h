/*
 * Tokens of GraphQL documents.
 */
#ifndef GRAPHQL_LEX_H
#define GRAPHQL_LEX_H

#include "base/arena.h"
#include "base/str.h"

enum gql_token_kind {
	GQL_TOK_END,
	GQL_TOK_BAD,		/* the message is in error */
	GQL_TOK_PUNCT,		/* one of !$&():=@[]{|} or ... */
	GQL_TOK_NAME,
	GQL_TOK_INT,
	GQL_TOK_FLOAT,
	GQL_TOK_STRING		/* decoded; block strings without their indent */
};

struct gql_token {
	enum gql_token_kind	kind;
	struct str		text;	/* in the arena, NUL behind it; of PUNCT in the source */
	size_t			at;	/* byte of the source */
};

struct gql_lexer {
	struct arena	*mem;
	struct str	 source;	/* valid UTF-8 */
	size_t		 at;
	struct str	 error;		/* why the last token is BAD */
};

/* The next token.  Behind END and BAD it comes again. */
struct gql_token gql_lex(struct gql_lexer *);

/* " (line L, column C)" of a byte of the source, columns in characters. */
struct str	gql_place(struct arena *, struct str source, size_t at);

#endif
