# 3.17.2.sql into tables.c: the statements, and what they define; with -v part=widths into
# columns.h: what the text columns hold.
#
# Reads the form that the head of the .sql describes and nothing more; a line
# that it does not understand stops the build.  Plain POSIX awk.

function die(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text | "cat 1>&2"
	failed = 1
	exit 1
}

function literal(s) {
	gsub(/\n/, "\\n\"\n\t    \"", s)
	return "\"" s "\""
}

function bare(s) {
	gsub(/[` ]/, "", s)
	return s
}

# The word or words behind " <before> " in s, up to " <after> " or the end.
function behind(s, before, after,    i) {
	i = index(s, " " before " ")
	if (i == 0)
		return ""
	s = substr(s, i + length(before) + 2)
	i = index(s " ", " " after " ")
	return after != "" && i > 0 ? substr(s, 1, i - 1) : s
}

function add_key(d, name, unique,    list) {
	list = substr(d, index(d, "(") + 1)
	sub(/\)$/, "", list)
	keys = keys sprintf("\t{ %s, %s, %s, %s, %s },\n", literal(table), \
	    literal(name), literal(bare(list)), unique, literal(d))
}

function add_reference(d, name,    part, child, parent, rest) {
	# CONSTRAINT n FOREIGN KEY ( a, b) REFERENCES t ( c, d) ON ...
	split(d, part, "(")
	child = substr(part[2], 1, index(part[2], ")") - 1)
	rest = substr(part[3], index(part[3], ")") + 1)
	parent = substr(part[3], 1, index(part[3], ")") - 1)
	rest = rest " "
	references = references sprintf("\t{ %s, %s, %s, %s, %s,\n\t    %s, %s,\n\t    %s },\n", \
	    literal(table), literal(name), literal(bare(child)), \
	    literal(bare(behind(part[2] " ", "REFERENCES", ""))), literal(bare(parent)), \
	    literal(rule(behind(rest, "ON UPDATE", "ON"))), \
	    literal(rule(behind(rest, "ON DELETE", "ON"))), literal(d))
}

function rule(s) {
	sub(/ +$/, "", s)
	return s == "" ? "RESTRICT" : s
}

function add_column(d, word,    type, required, initial, extra, collation) {
	type = word[2]
	collation = type ~ /char|text/ ? "\"\"" : "NULL"
	if (type == "json") {
		type = "longtext"
		collation = literal("utf8mb4_bin")
	}
	required = d ~ / NOT NULL/
	initial = behind(d, "DEFAULT", "")
	initial = initial != "" ? literal(initial) : required ? "NULL" : "\"NULL\""
	extra = d ~ / AUTO_INCREMENT/ ? "auto_increment" : \
	    d ~ / STORED$/ ? "STORED GENERATED" : ""
	columns = columns sprintf("\t{ %s, %s, %s, %s, %s, %s, %s,\n\t    %s },\n", \
	    literal(table), literal(bare(word[1])), literal(type), initial, \
	    literal(extra), required ? "false" : "true", collation, literal(d))
}

# Characters of a varchar, bytes of the others.
function add_width(name, type,    most) {
	if (type ~ /^varchar\(/) {
		most = type
		gsub(/[^0-9]/, "", most)
	} else if (type == "text")
		most = 65535
	else if (type == "mediumtext")
		most = 16777215
	else
		return
	widths = widths sprintf("#define WIDTH_%s_%s %d\n", toupper(table), toupper(name), most)
}

function end_definition(    d, word) {
	d = definition
	definition = ""
	if (d == "")
		return
	sub(/,$/, "", d)
	split(d, word, " ")
	if (word[1] == "PRIMARY")
		add_key(d, "PRIMARY", "true")
	else if (word[1] == "UNIQUE")
		add_key(d, bare(word[3]), "true")
	else if (word[1] == "KEY")
		add_key(d, bare(word[2]), "false")
	else if (word[1] == "CONSTRAINT" && word[3] == "FOREIGN")
		add_reference(d, bare(word[2]))
	else if (word[1] == "CONSTRAINT" && word[3] == "CHECK")
		return
	else if (word[2] ~ /^(big)?int\(|^tinyint\(|^double$|^float$|^varchar\(|text$|^json$|^blob$|^date$/) {
		gsub(/  +/, " ", d)
		add_column(d, word)
		add_width(bare(word[1]), word[2])
	} else
		die("neither a column nor a key: " d)
}

function end_statement() {
	if (statement == "")
		return
	if (table != "" && !closed)
		die("table " table " has no end")
	if (sub(/;$/, "", statement) == 0)
		die("a statement without its semicolon")
	statements = statements sprintf("\t{ %s, %s,\n\t    %s },\n", literal(table), \
	    statement ~ /^INSERT / ? "true" : "false", literal(statement))
	statement = table = ""
	closed = 0
}

/^--/ { next }
/["\\]/ { die("a character that would need escaping in C") }
/^$/ { end_statement(); next }
{ statement = statement == "" ? $0 : statement "\n" $0 }
/^CREATE TABLE IF NOT EXISTS / { table = bare($6); next }
table == "" { next }
/^\) ENGINE=InnoDB;$/ { end_definition(); closed = 1; next }
/^    [^ ]/ { end_definition(); definition = substr($0, 5); next }
/^        [^ ]/ { definition = definition " " substr($0, 9); next }
{ die("not the form that the head of the file describes") }

END {
	if (failed)
		exit 1
	end_statement()
	if (part == "widths") {
		printf "/* Made from 3.17.2.sql by tables.awk: change those. */\n"
		printf "#ifndef STORE_SCHEMA_COLUMNS_H\n#define STORE_SCHEMA_COLUMNS_H\n\n"
		printf "/* What a text column holds: characters of a varchar, bytes of any other. */\n"
		printf "%s\n#endif\n", widths
		exit 0
	}
	printf "/* Made from 3.17.2.sql by tables.awk: change those. */\n"
	printf "#include <stddef.h>\n\n#include \"store/schema/schema.h\"\n\n"
	printf "const struct schema_statement schema_statements[] = {\n%s", statements
	printf "\t{ NULL, false, NULL }\n};\n\n"
	printf "const struct schema_column schema_columns[] = {\n%s", columns
	printf "\t{ NULL, NULL, NULL, NULL, NULL, false, NULL, NULL }\n};\n\n"
	printf "const struct schema_key schema_keys[] = {\n%s", keys
	printf "\t{ NULL, NULL, NULL, false, NULL }\n};\n\n"
	printf "const struct schema_reference schema_references[] = {\n%s", references
	printf "\t{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }\n};\n"
}
