/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "sx-block-kind.h"
#include "sx-step.h"

G_BEGIN_DECLS

/* What the files of this folder share: the kinds themselves, masks of column types, and ends of tables. */

#define SX_MASK_NUMBERS ((1u << SX_TYPE_INT64) | (1u << SX_TYPE_FLOAT64) | (1u << SX_TYPE_BOOL))
#define SX_MASK_TEXTS ((1u << SX_TYPE_STRING) | (1u << SX_TYPE_CATEGORY))
#define SX_MASK_TIMES (1u << SX_TYPE_TIMESTAMP)
#define SX_MASK_ORDERED (SX_MASK_NUMBERS | SX_MASK_TEXTS | SX_MASK_TIMES)

extern const SxPortSpec sx_ports_source[]; /* out: table */
extern const SxPortSpec sx_ports_verb[];   /* in: input, out: table */

extern const SxBlockKind sx_block_source_arrow;
extern const SxBlockKind sx_block_source_parquet;
extern const SxBlockKind sx_block_source_csv;
extern const SxBlockKind sx_block_source_json;
extern const SxBlockKind sx_block_source_sqlite;
extern const SxBlockKind sx_block_table_select;
extern const SxBlockKind sx_block_table_filter;
extern const SxBlockKind sx_block_table_derive;
extern const SxBlockKind sx_block_table_replace;
extern const SxBlockKind sx_block_table_cast;
extern const SxBlockKind sx_block_table_parse_dates;
extern const SxBlockKind sx_block_table_dates;
extern const SxBlockKind sx_block_table_split_text;
extern const SxBlockKind sx_block_table_merge_text;
extern const SxBlockKind sx_block_table_sample;
extern const SxBlockKind sx_block_table_sort;
extern const SxBlockKind sx_block_table_limit;
extern const SxBlockKind sx_block_table_distinct;
extern const SxBlockKind sx_block_table_join;
extern const SxBlockKind sx_block_table_union;
extern const SxBlockKind sx_block_table_group;
extern const SxBlockKind sx_block_table_pivot;
extern const SxBlockKind sx_block_table_unpivot;
extern const SxBlockKind sx_block_table_window;
extern const SxBlockKind sx_block_table_fill;
extern const SxBlockKind sx_block_table_sql;
extern const SxBlockKind sx_block_prepare_auto;
extern const SxBlockKind sx_block_prepare_impute;
extern const SxBlockKind sx_block_prepare_scale;
extern const SxBlockKind sx_block_prepare_encode;
extern const SxBlockKind sx_block_prepare_bin;
extern const SxBlockKind sx_block_prepare_clip;
extern const SxBlockKind sx_block_prepare_select;
extern const SxBlockKind sx_block_prepare_pca;
extern const SxBlockKind sx_block_split_holdout;
extern const SxBlockKind sx_block_split_kfold;
extern const SxBlockKind sx_block_split_group;
extern const SxBlockKind sx_block_split_time;
extern const SxBlockKind sx_block_evaluate_metrics;
extern const SxBlockKind sx_block_export_model;

/* One kind for each topology file; (transfer full), of const SxBlockKind that live for ever. */
GPtrArray *sx_model_kinds_load (void);

G_END_DECLS
