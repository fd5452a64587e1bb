/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A surrogate of YAHPO Gym (Pfisterer et al. 2022) as flat weights: NAME.json describes the network, NAME.f32 holds its numbers. A residual network of gated
 * units over embedded categories and scaled numbers, a few thousand multiplications a row. */
typedef struct _BenchSurrogate BenchSurrogate;

BenchSurrogate *bench_surrogate_load (const char *path, GError **error); /* without the suffix */
void            bench_surrogate_free (BenchSurrogate *self);
guint           bench_surrogate_get_n_categories (const BenchSurrogate *self);
guint           bench_surrogate_get_n_numbers (const BenchSurrogate *self);
const char     *bench_surrogate_get_category (const BenchSurrogate *self, guint index);
const char     *bench_surrogate_get_number (const BenchSurrogate *self, guint index);
guint           bench_surrogate_get_code (const BenchSurrogate *self, guint category, const char *choice); /* 0: not known, or dead */
double          bench_surrogate_run (const BenchSurrogate *self, const guint *codes, const double *numbers, guint output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchSurrogate, bench_surrogate_free)

G_END_DECLS
