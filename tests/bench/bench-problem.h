/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <sx-engine.h>

G_BEGIN_DECLS

/* Test functions of black-box tuners, read from a JSON file that says the same in every language: parameters, constants, where they fail, how noisy they are,
 * and from which generator the first points come. All are minimised. */
typedef struct _BenchProblem BenchProblem;

GPtrArray  *bench_problems_load (const char *path, GError **error); /* of BenchProblem */
GPtrArray  *bench_problems_parse (const char *json, const char *folder, GError **error);
const char *bench_problem_get_name (const BenchProblem *self);
SxSpace    *bench_problem_get_space (const BenchProblem *self);
guint       bench_problem_get_n_start (const BenchProblem *self);
guint       bench_problem_get_n_trials (const BenchProblem *self);
double      bench_problem_get_optimum (const BenchProblem *self);
gboolean    bench_problem_is_noisy (const BenchProblem *self);
/* Without noise; NaN where the trial fails. */
double bench_problem_run (const BenchProblem *self, GVariant *point);
/* What is added to evaluation @index (from 0) under @seed. */
double bench_problem_get_noise (const BenchProblem *self, guint seed, guint index);
/* The Latin hypercube of @seed: n_start points. */
GPtrArray *bench_problem_get_start (const BenchProblem *self, guint seed);
/* Compares with the values that the file gives; says what differs. */
gboolean bench_problem_check (const BenchProblem *self);

G_END_DECLS
