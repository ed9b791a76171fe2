/*
 * The tokeniser of filters and order_by clauses.
 *
 * MLflow tokenises with a general SQL library, and its error texts list the
 * tokens, so this lexer cuts where that one does: numbers, quotes, comments and
 * SQL words included.  It never fails; what is no token comes as TOK_OTHER.
 */
#ifndef SEARCH_LEX_H
#define SEARCH_LEX_H

#include "base/arena.h"
#include "base/str.h"

enum token_kind {
	TOK_SPACE,		/* a run of white space */
	TOK_COMMENT,		/* from "--" or "# " to the line's end, or C's */
	TOK_NAME,		/* a word, `...`, [...] */
	TOK_SYMBOL,		/* "..." */
	TOK_STRING,		/* '...' */
	TOK_NUMBER,
	TOK_KEYWORD,
	TOK_COMPARE,		/* = < LIKE ... */
	TOK_OPERATOR,		/* + - || ... */
	TOK_STAR,
	TOK_PLACEHOLDER,	/* ? :x $1 %s */
	TOK_PUNCT,		/* . , ; ( ) [ ] : and :: */
	TOK_OTHER
};

struct token {
	enum token_kind	kind;
	struct str	text;	/* inside the source */
};

struct tokens {
	struct token	*v;
	size_t		 n;
};

/* All of `text`, which must be valid UTF-8; the tokens cover every byte. */
struct tokens	lex(struct arena *, struct str text);

/* Is the token this one character of punctuation? */
bool	token_is_punct(const struct token *, char);
/* Is it this keyword, in any case? */
bool	token_is_keyword(const struct token *, const char *word);

#endif
