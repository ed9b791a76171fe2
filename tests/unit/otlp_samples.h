/* Requests that were sent to the reference, and what it stored. */
#ifndef UNIT_OTLP_SAMPLES_H
#define UNIT_OTLP_SAMPLES_H

/* Two spans in protobuf, as base64; and in JSON one span. */
static const char sample_protobuf[] =
	"CucFCjIKFQoMc2VydmljZS5uYW1lEgUKA3N2YwoZChJ0ZWxlbWV0cnkuc2RrLm5hbWUSAwoBeBKwBRL5AgoQ"
	"oaGhoaGhoaGhoaGhaw3DyhIIAAAAAAAAAKEqB3Jvb3Qgw6kwATkAACo2/pyXF0EAL5KP/pyXF0oaCg9tbGZs"
	"b3cuc3BhblR5cGUSBwoFQ0hBSU5KTwoRbWxmbG93LnNwYW5JbnB1dHMSOjI4CjYKCG1lc3NhZ2VzEioqKAom"
	"MiQKDgoEcm9sZRIGCgR1c2VyChIKB2NvbnRlbnQSBwoFaGVsbG9KIAoSbWxmbG93LnNwYW5PdXRwdXRzEgoK"
	"CCJhbnN3ZXIiShYKCnNlc3Npb24uaWQSCAoGc2Vzcy0xShMKB3VzZXIuaWQSCAoGdXNlci0xSgcKAW4SAhgF"
	"Sg4KAWQSCSEAAAAAAAD4P0oHCgFiEgIQAUoQCgFsEgsqCQoCGAEKAwoBYVogCQUAKjb+nJcXEgJldhoICgFr"
	"EgMKAXYaBwoBbhICGANqKAoQsrKysrKysrKysrKyaw3DyhIIAAAAAAAAALEiCgoDd2h5EgMKAXh6AhgBErEC"
	"ChChoaGhoaGhoaGhoaFrDcPKEggAAAAAAAAAoiIIAAAAAAAAAKEqA2xsbTkA4R88/pyXF0EA6c5r/pyXF0of"
	"ChVnZW5fYWkub3BlcmF0aW9uLm5hbWUSBgoEY2hhdEogChRnZW5fYWkucmVxdWVzdC5tb2RlbBIICgZncHQt"
	"NG9KIAoUZ2VuX2FpLnByb3ZpZGVyLm5hbWUSCAoGb3BlbmFpSiAKGWdlbl9haS51c2FnZS5pbnB1dF90b2tl"
	"bnMSAxjoB0ohChpnZW5fYWkudXNhZ2Uub3V0cHV0X3Rva2VucxIDGPQDSj4KFWdlbl9haS5pbnB1dC5tZXNz"
	"YWdlcxIlCiNbeyJyb2xlIjoidXNlciIsImNvbnRlbnQiOiJoZWxsbyJ9XXoIEgRib29tGAI=";

static const char sample_json[] =
	"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"b2b2b2b2b2b2b2b2b2b2"
	"b2b26b0dc3ca\",\"spanId\":\"00000000000000b1\",\"name\":\"json root\",\"startTimeUni"
	"xNano\":\"1700000000000000000\",\"endTimeUnixNano\":\"1700000001500000000\",\"attrib"
	"utes\":[{\"key\":\"openinference.span.kind\",\"value\":{\"stringValue\":\"RETRIEVER"
	"\"}},{\"key\":\"input.value\",\"value\":{\"stringValue\":\"q\"}},{\"key\":\"output.v"
	"alue\",\"value\":{\"stringValue\":\"{\\\"docs\\\":[]}\"}}]}]}]}]}";

/* What was stored of them. */
static const char sample_root[] =
	"{\"trace_id\": \"oaGhoaGhoaGhoaGhaw3Dyg==\", \"span_id\": \"AAAAAAAAAKE=\", \"parent"
	"_span_id\": null, \"name\": \"root \303\251\", \"start_time_unix_nano\": 17000000000"
	"00000000, \"end_time_unix_nano\": 1700000001500000000, \"events\": [{\"name\": \"ev"
	"\", \"time_unix_nano\": 1700000000000000005, \"attributes\": {\"k\": \"v\", \"n\": 3"
	"}}], \"status\": {\"code\": \"STATUS_CODE_OK\", \"message\": \"\"}, \"attributes\": "
	"{\"mlflow.spanType\": \"\\\"CHAIN\\\"\", \"mlflow.spanInputs\": \"{\\\"messages\\\":"
	" [{\\\"role\\\": \\\"user\\\", \\\"content\\\": \\\"hello\\\"}]}\", \"mlflow.spanOut"
	"puts\": \"\\\"answer\\\"\", \"session.id\": \"\\\"sess-1\\\"\", \"user.id\": \"\\\"u"
	"ser-1\\\"\", \"n\": \"5\", \"d\": \"1.5\", \"b\": \"true\", \"l\": \"[1, \\\"a\\\"]"
	"\", \"mlflow.traceRequestId\": \"\\\"tr-a1a1a1a1a1a1a1a1a1a1a1a16b0dc3ca\\\"\"}, \"l"
	"inks\": [{\"trace_id\": \"tr-b2b2b2b2b2b2b2b2b2b2b2b26b0dc3ca\", \"span_id\": \"0000"
	"0000000000b1\", \"attributes\": {\"why\": \"x\"}}]}";

static const char sample_child[] =
	"{\"trace_id\": \"oaGhoaGhoaGhoaGhaw3Dyg==\", \"span_id\": \"AAAAAAAAAKI=\", \"parent"
	"_span_id\": \"AAAAAAAAAKE=\", \"name\": \"llm\", \"start_time_unix_nano\": 170000000"
	"0100000000, \"end_time_unix_nano\": 1700000000900000000, \"events\": [], \"status\":"
	" {\"code\": \"STATUS_CODE_ERROR\", \"message\": \"boom\"}, \"attributes\": {\"gen_ai"
	".operation.name\": \"\\\"chat\\\"\", \"gen_ai.request.model\": \"\\\"gpt-4o\\\"\", "
	"\"gen_ai.provider.name\": \"\\\"openai\\\"\", \"gen_ai.usage.input_tokens\": \"1000"
	"\", \"gen_ai.usage.output_tokens\": \"500\", \"gen_ai.input.messages\": \"[{\\\"role"
	"\\\":\\\"user\\\",\\\"content\\\":\\\"hello\\\"}]\", \"mlflow.traceRequestId\": \"\\"
	"\"tr-a1a1a1a1a1a1a1a1a1a1a1a16b0dc3ca\\\"\", \"mlflow.spanType\": \"\\\"CHAT_MODEL\\"
	"\"\", \"mlflow.spanInputs\": \"[{\\\"role\\\":\\\"user\\\",\\\"content\\\":\\\"hello"
	"\\\"}]\", \"mlflow.chat.tokenUsage\": \"{\\\"input_tokens\\\": 1000, \\\"output_toke"
	"ns\\\": 500, \\\"total_tokens\\\": 1500}\", \"mlflow.llm.model\": \"\\\"gpt-4o\\\"\""
	", \"mlflow.llm.provider\": \"\\\"openai\\\"\", \"mlflow.llm.cost\": \"{\\\"input_cos"
	"t\\\": 0.0025, \\\"output_cost\\\": 0.005, \\\"total_cost\\\": 0.0075}\"}, \"links\""
	": []}";

static const char sample_json_root[] =
	"{\"trace_id\": \"srKysrKysrKysrKyaw3Dyg==\", \"span_id\": \"AAAAAAAAALE=\", \"parent"
	"_span_id\": null, \"name\": \"json root\", \"start_time_unix_nano\": 170000000000000"
	"0000, \"end_time_unix_nano\": 1700000001500000000, \"events\": [], \"status\": {\"co"
	"de\": \"STATUS_CODE_UNSET\", \"message\": \"\"}, \"attributes\": {\"openinference.sp"
	"an.kind\": \"\\\"RETRIEVER\\\"\", \"input.value\": \"\\\"q\\\"\", \"output.value\": "
	"\"{\\\"docs\\\":[]}\", \"mlflow.traceRequestId\": \"\\\"tr-b2b2b2b2b2b2b2b2b2b2b2b26"
	"b0dc3ca\\\"\", \"mlflow.spanType\": \"\\\"RETRIEVER\\\"\", \"mlflow.spanInputs\": \""
	"\\\"q\\\"\", \"mlflow.spanOutputs\": \"{\\\"docs\\\":[]}\"}, \"links\": []}";

#endif
