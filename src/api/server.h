/* Probes and facts about the server. */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "http/ctx.h"

int	api_health(struct ctx *);
int	api_version(struct ctx *);
int	api_ready(struct ctx *);
int	api_metrics(struct ctx *);
int	api_server_info(struct ctx *);
int	api_ui_telemetry_get(struct ctx *);
int	api_ui_telemetry_post(struct ctx *);
/* The gateway's endpoints, as MLflow lists them where there is no gateway: none. */
int	api_gateway_proxy_get(struct ctx *);

#endif
