copy batch_job_instance (job_instance_id, version, job_name, job_key) from stdin;
1	0	ingest	858feece3820acd9672c889b8c27ed6f
2	0	infer	cecfee09c7d9df79973f45228f52fcb9
3	0	intake	9874cff2eac8f89ce23b37a3b7f6c79f
4	0	infer	0eb55d94ea1905f2670c831027ee80ed
5	0	publish	d09478f271e758e67ae6f7d9f2f13e75
6	0	infer	048417bb8bfc473d898f8af08a167eed
7	0	ingest	e0d0aadcb410920d6233a416adc15e5a
8	0	infer	ec6cd1e8702644a899de89adba5eccc4
\.

copy batch_job_execution (job_execution_id, version, job_instance_id, create_time, start_time, end_time, status, exit_code, exit_message, last_updated) from stdin;
1	3	1	2026-11-30 21:59:30.41326	2026-11-30 21:59:31.0887	2026-11-30 21:59:33.104966	COMPLETED	COMPLETED		2026-11-30 21:59:33.187396
2	3	2	2026-11-30 22:02:14.39278	2026-11-30 22:02:15.517809	2026-11-30 22:02:35.523949	COMPLETED	COMPLETED		2026-11-30 22:02:35.620802
3	3	3	2026-11-30 22:04:52.59824	2026-11-30 22:04:52.971454	2026-11-30 22:05:00.305827	COMPLETED	COMPLETED		2026-11-30 22:05:00.633333
4	3	4	2026-11-30 22:05:54.276114	2026-11-30 22:05:54.522794	2026-11-30 22:06:03.022462	COMPLETED	COMPLETED		2026-11-30 22:06:03.061549
5	3	5	2026-11-30 22:06:44.191429	2026-11-30 22:06:44.439137	2026-11-30 22:06:52.102354	COMPLETED	COMPLETED		2026-11-30 22:06:52.144332
6	3	6	2026-11-30 22:07:49.491595	2026-11-30 22:07:49.708393	2026-11-30 22:07:59.461096	COMPLETED	COMPLETED		2026-11-30 22:07:59.477284
7	3	7	2026-11-30 22:08:34.230069	2026-11-30 22:08:34.635662	2026-11-30 22:08:36.274375	COMPLETED	COMPLETED		2026-11-30 22:08:36.337816
8	3	8	2026-11-30 22:09:23.833011	2026-11-30 22:09:24.133623	2026-11-30 22:09:32.880739	COMPLETED	COMPLETED		2026-11-30 22:09:32.902741
\.

copy batch_job_execution_params (job_execution_id, parameter_name, parameter_type, parameter_value, identifying) from stdin;
1	run	java.lang.String	nightly	Y
1	ingest	java.lang.String	ca14bf7f-bd96-4792-856c-5e0feec3173a	Y
2	pass	java.lang.Long	1	Y
2	run	java.lang.String	nightly	Y
3	run	java.lang.String	wire	Y
3	intake	java.lang.String	db0ef98f-3b66-4807-ae33-131c9f8b8b27	Y
4	pass	java.lang.Long	1	Y
4	run	java.lang.String	wire	Y
5	publish	java.lang.String	9e1198f6-4538-4e4d-a7bf-26a3a83e1365	Y
5	run	java.lang.String	wire	Y
6	pass	java.lang.Long	2	Y
6	run	java.lang.String	wire	Y
7	run	java.lang.String	shared	Y
7	ingest	java.lang.String	1def9f06-1d86-4f51-a705-9f768a2d51a1	Y
8	part	java.lang.String	584a5496-bd3e-4499-b528-b8d4df6bbd9a	Y
8	run	java.lang.String	shared	Y
\.

copy batch_step_execution (step_execution_id, version, step_name, job_execution_id, create_time, start_time, end_time, status, commit_count, read_count, filter_count, write_count, read_skip_count, write_skip_count, process_skip_count, rollback_count, exit_code, exit_message, last_updated) from stdin;
7	5	ingest	7	2026-11-30 22:08:35.029053	2026-11-30 22:08:35.212865	2026-11-30 22:08:35.975644	COMPLETED	1	1	0	1	0	0	0	0	COMPLETED		2026-11-30 22:08:36.152767
1	5	ingest	1	2026-11-30 21:59:31.310765	2026-11-30 21:59:31.437721	2026-11-30 21:59:32.818276	COMPLETED	1	1	0	1	0	0	0	0	COMPLETED		2026-11-30 21:59:32.983399
2	6	infer	2	2026-11-30 22:02:15.767534	2026-11-30 22:02:15.97967	2026-11-30 22:02:34.999894	COMPLETED	2	4	0	4	0	0	0	0	COMPLETED		2026-11-30 22:02:35.29738
8	6	infer	8	2026-11-30 22:09:24.171214	2026-11-30 22:09:24.221706	2026-11-30 22:09:32.824703	COMPLETED	2	4	0	4	0	0	0	0	COMPLETED		2026-11-30 22:09:32.845193
3	6	intake	3	2026-11-30 22:04:53.096997	2026-11-30 22:04:53.182703	2026-11-30 22:05:00.026437	COMPLETED	2	2	0	2	0	0	0	0	COMPLETED		2026-11-30 22:05:00.065574
4	6	infer	4	2026-11-30 22:05:54.750604	2026-11-30 22:05:54.807733	2026-11-30 22:06:02.861091	COMPLETED	2	4	0	4	0	0	0	0	COMPLETED		2026-11-30 22:06:02.911503
5	5	publish	5	2026-11-30 22:06:44.464625	2026-11-30 22:06:44.485699	2026-11-30 22:06:51.951059	COMPLETED	1	1	0	1	0	0	0	0	COMPLETED		2026-11-30 22:06:51.979405
6	4	infer	6	2026-11-30 22:07:49.824713	2026-11-30 22:07:49.877818	2026-11-30 22:07:59.307141	COMPLETED	1	1	0	1	0	0	0	0	COMPLETED		2026-11-30 22:07:59.386456
\.

copy batch_step_execution_context (step_execution_id, short_context, serialized_context) from stdin;
4	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAAEdAANYmF0Y2gudmVyc2lvbnQABTYuMC40dAAYaW5mZXIucG9zaXRpb24uaW1hZ2Vfa2V5dAAFMS5wbmd0AA5iYXRjaC5zdGVwVHlwZXQAOm9yZy5zcHJpbmdmcmFtZXdvcmsuYmF0Y2guY29yZS5zdGVwLml0ZW0uQ2h1bmtPcmllbnRlZFN0ZXB0ABVpbmZlci5wb3NpdGlvbi5qb2JfaWRzcgAOamF2YS5sYW5nLkxvbmc7i+SQzI8j3wIAAUoABXZhbHVleHIAEGphdmEubGFuZy5OdW1iZXKGrJUdC5TgiwIAAHhwAAAAAAAAABB4	\N
1	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAACdAANYmF0Y2gudmVyc2lvbnQABTYuMC40dAAOYmF0Y2guc3RlcFR5cGV0ADpvcmcuc3ByaW5nZnJhbWV3b3JrLmJhdGNoLmNvcmUuc3RlcC5pdGVtLkNodW5rT3JpZW50ZWRTdGVweA==	\N
8	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAAEdAANYmF0Y2gudmVyc2lvbnQABTYuMC40dAAYaW5mZXIucG9zaXRpb24uaW1hZ2Vfa2V5dAAFMS5wbmd0AA5iYXRjaC5zdGVwVHlwZXQAOm9yZy5zcHJpbmdmcmFtZXdvcmsuYmF0Y2guY29yZS5zdGVwLml0ZW0uQ2h1bmtPcmllbnRlZFN0ZXB0ABVpbmZlci5wb3NpdGlvbi5qb2JfaWRzcgAOamF2YS5sYW5nLkxvbmc7i+SQzI8j3wIAAUoABXZhbHVleHIAEGphdmEubGFuZy5OdW1iZXKGrJUdC5TgiwIAAHhwAAAAAAAAABJ4	\N
5	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAACdAANYmF0Y2gudmVyc2lvbnQABTYuMC40dAAOYmF0Y2guc3RlcFR5cGV0ADpvcmcuc3ByaW5nZnJhbWV3b3JrLmJhdGNoLmNvcmUuc3RlcC5pdGVtLkNodW5rT3JpZW50ZWRTdGVweA==	\N
2	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAAEdAANYmF0Y2gudmVyc2lvbnQABTYuMC40dAAYaW5mZXIucG9zaXRpb24uaW1hZ2Vfa2V5dAAFMS5wbmd0AA5iYXRjaC5zdGVwVHlwZXQAOm9yZy5zcHJpbmdmcmFtZXdvcmsuYmF0Y2guY29yZS5zdGVwLml0ZW0uQ2h1bmtPcmllbnRlZFN0ZXB0ABVpbmZlci5wb3NpdGlvbi5qb2JfaWRzcgAOamF2YS5sYW5nLkxvbmc7i+SQzI8j3wIAAUoABXZhbHVleHIAEGphdmEubGFuZy5OdW1iZXKGrJUdC5TgiwIAAHhwAAAAAAAAAAJ4	\N
6	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAAEdAANYmF0Y2gudmVyc2lvbnQABTYuMC40dAAYaW5mZXIucG9zaXRpb24uaW1hZ2Vfa2V5dAAFMi5wbmd0AA5iYXRjaC5zdGVwVHlwZXQAOm9yZy5zcHJpbmdmcmFtZXdvcmsuYmF0Y2guY29yZS5zdGVwLml0ZW0uQ2h1bmtPcmllbnRlZFN0ZXB0ABVpbmZlci5wb3NpdGlvbi5qb2JfaWRzcgAOamF2YS5sYW5nLkxvbmc7i+SQzI8j3wIAAUoABXZhbHVleHIAEGphdmEubGFuZy5OdW1iZXKGrJUdC5TgiwIAAHhwAAAAAAAAAA54	\N
3	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAACdAANYmF0Y2gudmVyc2lvbnQABTYuMC40dAAOYmF0Y2guc3RlcFR5cGV0ADpvcmcuc3ByaW5nZnJhbWV3b3JrLmJhdGNoLmNvcmUuc3RlcC5pdGVtLkNodW5rT3JpZW50ZWRTdGVweA==	\N
7	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAACdAANYmF0Y2gudmVyc2lvbnQABTYuMC40dAAOYmF0Y2guc3RlcFR5cGV0ADpvcmcuc3ByaW5nZnJhbWV3b3JrLmJhdGNoLmNvcmUuc3RlcC5pdGVtLkNodW5rT3JpZW50ZWRTdGVweA==	\N
\.

copy batch_job_execution_context (job_execution_id, short_context, serialized_context) from stdin;
1	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAABdAANYmF0Y2gudmVyc2lvbnQABTYuMC40eA==	\N
2	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAABdAANYmF0Y2gudmVyc2lvbnQABTYuMC40eA==	\N
3	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAABdAANYmF0Y2gudmVyc2lvbnQABTYuMC40eA==	\N
4	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAABdAANYmF0Y2gudmVyc2lvbnQABTYuMC40eA==	\N
5	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAABdAANYmF0Y2gudmVyc2lvbnQABTYuMC40eA==	\N
6	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAABdAANYmF0Y2gudmVyc2lvbnQABTYuMC40eA==	\N
7	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAABdAANYmF0Y2gudmVyc2lvbnQABTYuMC40eA==	\N
8	rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3RvckkACXRocmVzaG9sZHhwP0AAAAAAAAx3CAAAABAAAAABdAANYmF0Y2gudmVyc2lvbnQABTYuMC40eA==	\N
\.

copy run (run_id, name, created_at, uuid, question_names) from stdin;
1	nightly	2026-11-30 21:59:22.444762+00	08cade42-1bd8-4db4-bfd4-55688a423223	id
2	wire	2026-11-30 22:04:48.172946+00	2a53c7dc-81d7-4e13-ab4a-3eae6d3760d3	id
3	shared	2026-11-30 22:08:29.288987+00	0e79426f-72ad-400e-8f82-673b740160ac	id
\.

copy job_source (source_id, run_id, kind, location, image_root, fingerprint, created_at, from_outside) from stdin;
1	1	questions	/tmp/rec/questions.jsonl	/tmp/rec/images	8656c4929bea5c314906411d2d4d8c41643ea2ccd192d4e41dff6ebd94170a00	2026-11-30 21:59:23.8727+00	f
2	2	kafka	jobs	/tmp/rec/images	d02717ae4b06f04282c347b89de620c8035833e2556c2e0ef48b1eb2dbf901f7	2026-11-30 22:04:59.446763+00	t
3	3	questions	/tmp/rec/questions.jsonl	/tmp/rec/images	8656c4929bea5c314906411d2d4d8c41643ea2ccd192d4e41dff6ebd94170a00	2026-11-30 22:08:30.369549+00	f
\.

copy image_job (job_id, run_id, source_id, custom_id, question_id, category, image_ref, image_key, prompt, max_new_tokens, temperature, top_p, seed, stop, ingested_at, kafka_partition, kafka_offset, trace_id, choices) from stdin;
1	1	1	question-5feceb66ffc86f38-0@03f3b11a1bdcb708	0	\N	0.png	0.png	What is number 0?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
2	1	1	question-6b86b273ff34fce1-1@03f3b11a1bdcb708	1	\N	1.png	1.png	What is number 1?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
3	1	1	question-d4735e3a265e16ee-2@03f3b11a1bdcb708	2	\N	2.png	2.png	What is number 2?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
4	1	1	question-4e07408562bedb8b-3@03f3b11a1bdcb708	3	\N	0.png	0.png	What is number 3?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
5	1	1	question-4b227777d4dd1fc6-4@03f3b11a1bdcb708	4	\N	1.png	1.png	What is number 4?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
6	1	1	question-ef2d127de37b942b-5@03f3b11a1bdcb708	5	\N	2.png	2.png	What is number 5?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
7	1	1	question-e7f6c011776e8db7-6@03f3b11a1bdcb708	6	\N	0.png	0.png	What is number 6?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
8	1	1	question-7902699be42c8a8e-7@03f3b11a1bdcb708	7	\N	1.png	1.png	What is number 7?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
9	1	1	question-2c624232cdd22177-8@03f3b11a1bdcb708	8	\N	2.png	2.png	What is number 8?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
10	1	1	question-19581e27de7ced00-9@03f3b11a1bdcb708	9	\N	missing.png	missing.png	What is number 9?	\N	\N	\N	\N	\N	2026-11-30 21:59:32.480542+00	\N	\N	\N	\N
11	2	2	line-10-1a85f6411dac9a79@e03973ee308da53a	9	\N	missing.png	missing.png	What is number 9?	\N	\N	\N	\N	\N	2026-11-30 22:04:59.722903+00	0	0	\N	\N
12	2	2	line-1-56694aff9bfb673c@e03973ee308da53a	0	\N	0.png	0.png	What is number 0?	\N	\N	\N	\N	\N	2026-11-30 22:04:59.722903+00	1	0	\N	\N
13	2	2	line-2-805100328a5bd8b0@e03973ee308da53a	1	\N	1.png	1.png	What is number 1?	\N	\N	\N	\N	\N	2026-11-30 22:04:59.722903+00	1	1	\N	\N
14	2	2	line-3-89c4d7d1d217c63f@e03973ee308da53a	2	\N	2.png	2.png	What is number 2?	\N	\N	\N	\N	\N	2026-11-30 22:04:59.722903+00	1	2	\N	\N
15	2	2	line-4-bf177cb5a52db473@e03973ee308da53a	3	\N	0.png	0.png	What is number 3?	\N	\N	\N	\N	\N	2026-11-30 22:04:59.722903+00	1	3	\N	\N
16	2	2	line-5-59e9c5bf991c37a2@e03973ee308da53a	4	\N	1.png	1.png	What is number 4?	\N	\N	\N	\N	\N	2026-11-30 22:04:59.722903+00	1	4	\N	\N
17	3	3	question-5feceb66ffc86f38-0@03f3b11a1bdcb708	0	\N	0.png	0.png	What is number 0?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
18	3	3	question-6b86b273ff34fce1-1@03f3b11a1bdcb708	1	\N	1.png	1.png	What is number 1?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
19	3	3	question-d4735e3a265e16ee-2@03f3b11a1bdcb708	2	\N	2.png	2.png	What is number 2?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
20	3	3	question-4e07408562bedb8b-3@03f3b11a1bdcb708	3	\N	0.png	0.png	What is number 3?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
21	3	3	question-4b227777d4dd1fc6-4@03f3b11a1bdcb708	4	\N	1.png	1.png	What is number 4?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
22	3	3	question-ef2d127de37b942b-5@03f3b11a1bdcb708	5	\N	2.png	2.png	What is number 5?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
23	3	3	question-e7f6c011776e8db7-6@03f3b11a1bdcb708	6	\N	0.png	0.png	What is number 6?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
24	3	3	question-7902699be42c8a8e-7@03f3b11a1bdcb708	7	\N	1.png	1.png	What is number 7?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
25	3	3	question-2c624232cdd22177-8@03f3b11a1bdcb708	8	\N	2.png	2.png	What is number 8?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
26	3	3	question-19581e27de7ced00-9@03f3b11a1bdcb708	9	\N	missing.png	missing.png	What is number 9?	\N	\N	\N	\N	\N	2026-11-30 22:08:35.800839+00	\N	\N	\N	\N
\.

copy waiting_job (job_id, run_id, image_key) from stdin;
3	1	2.png
5	1	1.png
6	1	2.png
8	1	1.png
9	1	2.png
10	1	missing.png
11	2	missing.png
19	3	2.png
21	3	1.png
22	3	2.png
24	3	1.png
25	3	2.png
26	3	missing.png
\.

copy answer (run_id, job_id, text, text_utf8, finish_reason, prompt_tokens, vision_tokens, generated_tokens, queue_seconds, prefill_seconds, decode_seconds, model_name, model_fingerprint, answered_at, sequence, choices, log_probabilities, compression, weight_format) from stdin;
1	4	m roo int	\N	length	78	4	4	2.335824516	10.436332704	2.148179322	tiny	131158bc3c1e1c3a	2026-11-30 22:02:33.469+00	2	\N	\N	none	plain
1	1	m seooivid	\N	length	78	4	4	0.228047349	12.473793195	2.237940894	tiny	131158bc3c1e1c3a	2026-11-30 22:02:33.469+00	1	\N	\N	none	plain
1	2	m� n�	\N	length	78	4	4	1.988252782	10.436027155	2.148561306	tiny	131158bc3c1e1c3a	2026-11-30 22:02:34.813745+00	4	\N	\N	none	plain
1	7	�S� inter	\N	length	78	4	4	2.072215101	10.436084474	2.148488928	tiny	131158bc3c1e1c3a	2026-11-30 22:02:34.813745+00	3	\N	\N	none	plain
2	15	m roo int	\N	length	78	4	4	0.055842586	5.571014108	0.724557514	tiny	131158bc3c1e1c3a	2026-11-30 22:06:01.985224+00	2	\N	\N	none	plain
2	12	m seooivid	\N	length	78	4	4	0.772735373	4.892829075	0.70689298	tiny	131158bc3c1e1c3a	2026-11-30 22:06:01.985224+00	1	\N	\N	none	plain
2	16	mc-stru	\N	length	78	4	4	0.73099696	4.881868067	0.745021188	tiny	131158bc3c1e1c3a	2026-11-30 22:06:02.738499+00	4	\N	\N	none	plain
2	13	m� n�	\N	length	78	4	4	0.720486945	4.892753262	0.744857067	tiny	131158bc3c1e1c3a	2026-11-30 22:06:02.738499+00	3	\N	\N	none	plain
2	14	chn encchn for	\N	length	78	4	4	0.173926403	6.246879478	0.471436471	tiny	131158bc3c1e1c3a	2026-11-30 22:07:58.668435+00	5	\N	\N	none	plain
3	20	m roo int	\N	length	78	4	4	0.042644441	6.009478446	1.033157454	tiny	131158bc3c1e1c3a	2026-11-30 22:09:32.494637+00	2	\N	\N	none	plain
3	17	m seooivid	\N	length	78	4	4	0.543409243	5.533641151	1.007262874	tiny	131158bc3c1e1c3a	2026-11-30 22:09:32.494637+00	1	\N	\N	none	plain
3	18	m� n�	\N	length	78	4	4	0.522514453	5.533211497	1.027924924	tiny	131158bc3c1e1c3a	2026-11-30 22:09:32.788454+00	4	\N	\N	none	plain
3	23	�S� inter	\N	length	78	4	4	0.52078117	5.533082253	1.028038679	tiny	131158bc3c1e1c3a	2026-11-30 22:09:32.788454+00	3	\N	\N	none	plain
\.

copy chunk_metric (metric_id, run_id, step_execution_id, started_at, finished_at, jobs, answers, failures, distinct_images, prompt_tokens, vision_tokens, generated_tokens, wait_seconds, images, fetch_seconds, image_decode_seconds, vision_seconds, prefill_seconds, decode_seconds, input_wait_seconds, database_seconds, encoded_images, prefill_tokens, steps, step_tokens, prefix_hits, retries, backoffs, peak_memory_bytes, device, dtype, batch, model_fingerprint, compression, weight_format, worker) from stdin;
1	1	2	2026-11-30 22:02:16.113978+00	2026-11-30 22:02:33.469+00	2	2	0	1	156	8	8	16.213073459	2	0.177262131	0.7940868219999999	5.046371205	4.828442129	1.971771821	0.566969903	0.841081639	2	128	4	16	2	0	0	438988800	cpu	float32	32	131158bc3c1e1c3a	none	plain	\N
2	1	2	2026-11-30 22:02:33.469+00	2026-11-30 22:02:34.813745+00	2	2	0	1	156	8	8	5.911e-06	2	0	0	0	0	0	2.7222e-05	0.380288413	0	0	0	0	0	0	0	439074816	cpu	float32	32	131158bc3c1e1c3a	none	plain	\N
3	2	4	2026-11-30 22:05:54.858352+00	2026-11-30 22:06:01.985224+00	2	2	0	1	156	8	8	6.8286435889999995	2	0.050955561	0.286918688	2.264654233	2.347610948	0.683004199	0.186442678	0.515977733	2	128	4	16	2	0	0	434520064	cpu	float32	32	131158bc3c1e1c3a	none	plain	\N
4	2	4	2026-11-30 22:06:01.985224+00	2026-11-30 22:06:02.738499+00	2	2	0	1	156	8	8	6.633000000000001e-06	2	0	0	0	0	0	3.1379e-05	0.221662346	0	0	0	0	0	0	0	434663424	cpu	float32	32	131158bc3c1e1c3a	none	plain	\N
5	2	6	2026-11-30 22:07:49.939748+00	2026-11-30 22:07:58.668435+00	1	1	0	1	78	4	4	8.221420402	1	0.075385675	0.9443509409999999	1.613486736	3.8490763569999995	0.391937717	0.230551752	0.337823023	1	82	4	4	0	0	0	439517184	cpu	float32	32	131158bc3c1e1c3a	none	plain	\N
6	3	8	2026-11-30 22:09:24.263033+00	2026-11-30 22:09:32.494637+00	2	2	0	1	156	8	8	7.789266606	2	0.087688014	0.470568848	4.215879602	1.194188235	0.972966232	0.259869052	0.143993347	2	128	4	16	2	0	0	442130432	cpu	float32	32	131158bc3c1e1c3a	none	plain	vm:11968
7	3	8	2026-11-30 22:09:32.494637+00	2026-11-30 22:09:32.788454+00	2	2	0	1	156	8	8	6.112e-06	2	0	0	0	0	0	4.4073e-05	0.131451273	0	0	0	0	0	0	0	442220544	cpu	float32	32	131158bc3c1e1c3a	none	plain	vm:11968
\.

copy outcome_counter (run_id, last_sequence) from stdin;
1	4
2	5
3	4
\.

copy kafka_reader (reader_id, reader_group, topic, cluster_id, topic_id, run_id) from stdin;
1	night	jobs	QX-Sh1eJQsKBZQeG0p-s5w	g7A89NP7Tv2P6lzXTvCaOg	2
\.

copy kafka_position (reader_id, kafka_partition, next_offset, moved_at) from stdin;
1	0	1	2026-11-30 22:04:59.722903+00
1	1	5	2026-11-30 22:04:59.722903+00
\.

copy work_frontier (run_id, image_key, job_id, uncut, job_limit, unspent) from stdin;
3		0	10	4	0
\.

copy run_count (run_id, jobs, answers, failures) from stdin;
1	10	0	0
1	0	2	0
1	0	2	0
2	6	0	0
2	0	2	0
2	0	2	0
2	0	1	0
3	10	0	0
3	0	2	0
3	0	2	0
\.

select setval('batch_job_execution_seq', 8);
select setval('batch_job_instance_seq', 8);
select setval('batch_step_execution_seq', 8);
select setval('chunk_metric_metric_id_seq', 7);
select setval('image_job_job_id_seq', 26);
select setval('job_source_source_id_seq', 3);
select setval('kafka_reader_reader_id_seq', 1);
select setval('run_run_id_seq', 3);
select setval('work_unit_unit_id_seq', 1);
select setval('worker_worker_id_seq', 1);
