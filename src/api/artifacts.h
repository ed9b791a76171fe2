/*
 * Artifacts of runs, logged models and model versions: lists, downloads, and the
 * small uploads of the web UI.
 */
#ifndef API_ARTIFACTS_H
#define API_ARTIFACTS_H

#include "http/ctx.h"
#include "json/field.h"

struct artifact_list_in {
	struct str	run_id;
	struct str	run_uuid;
	struct str	path;		/* absent: the run's root */
};

struct artifact_get {
	struct str	run_id;
	struct str	run_uuid;
	struct str	path;
	struct str	format;		/* "zip": a directory as an archive */
};

struct version_artifact_get {
	struct str	name;
	struct str	version;
	struct str	path;
	struct str	format;
};

struct artifact_upload_in {
	struct str	run_uuid;
	struct str	path;
};

struct model_directory_in {
	struct str	model_id;
	struct str	artifact_directory_path;
};

struct model_file_in {
	struct str	model_id;
	struct str	artifact_file_path;
	struct str	format;
};

struct presigned_in {
	struct str	run_id;
	struct str	model_id;	/* of uploads */
	struct str	path;
};

extern const struct field artifact_list_fields[];
extern const struct field artifact_get_fields[];
extern const struct field version_artifact_get_fields[];
extern const struct field artifact_upload_fields[];
extern const struct field model_directory_fields[];
extern const struct field model_file_fields[];
extern const struct field presigned_download_fields[];
extern const struct field presigned_upload_fields[];

int	api_artifact_list(struct ctx *);
int	api_artifact_get(struct ctx *);
int	api_artifact_upload(struct ctx *);
int	api_version_artifact_get(struct ctx *);
int	api_logged_model_list_directory(struct ctx *);
int	api_logged_model_get_file(struct ctx *);
/* No folder of ours has URLs that are signed. */
int	api_artifact_presigned_download(struct ctx *);
int	api_artifact_presigned_upload(struct ctx *);

#endif
