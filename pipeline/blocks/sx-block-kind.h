/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#pragma once

#include "frame/sx-frame.h"

G_BEGIN_DECLS

/* A block kind is one file in pipeline/blocks that fills one static #SxBlockKind and stands on one line of the
 * registry in sx-block-kind.c. The inspector, the palette, validation of project files, `sextant blocks`, the
 * reference docs and the compile step all read this table; nothing else knows kinds by name.
 *
 * Three sorts of work hang on a kind, by its role:
 *   - a source opens a reader;
 *   - a table verb maps input frames to an output frame (`run`); it never learns. A row-wise verb
 *     (SX_BLOCK_ROW_WISE) also says itself as steps (`steps`), so that the trained model carries it;
 *   - a learning block (SX_BLOCK_LEARNS) is fitted on training rows only (`fit`), which gives steps: small
 *     self-contained row-wise operations (sx-step.h) that predict, ONNX and every other export understand.
 */

/* What flows through a port. The lattice is flat: equal types link, others do not. */
typedef enum
{
  SX_PORT_TABLE,   /* a frame */
  SX_PORT_MODEL,   /* a trained model */
  SX_PORT_REPORT,  /* metrics of a model on a table */
} SxPortType;
#define SX_N_PORT_TYPES 3

const char *sx_port_type_get_nick (SxPortType type);
const char *sx_port_type_get_title (SxPortType type);

typedef enum
{
  SX_PORT_IN,
  SX_PORT_OUT,
} SxPortDirection;

typedef enum
{
  SX_PORT_OPTIONAL = 1 << 0, /* an input that may stay unlinked */
  SX_PORT_MANY = 1 << 1,     /* an input that takes several links */
} SxPortFlags;

typedef struct
{
  const char     *id;        /* stable: “table”, “left”, “model” */
  const char     *title;     /* N_() */
  SxPortDirection direction;
  SxPortType      type;
  SxPortFlags     flags;
} SxPortSpec;

/* How a parameter is stored (a GVariant of that type), edited and checked. */
typedef enum
{
  SX_PARAM_BOOL,        /* b */
  SX_PARAM_INT,         /* x, within min…max */
  SX_PARAM_DOUBLE,      /* d, within min…max */
  SX_PARAM_STRING,      /* s */
  SX_PARAM_CHOICE,      /* s, one of choices */
  SX_PARAM_FILE,        /* s, path relative to the project file */
  SX_PARAM_TEXT,        /* s, several lines: a query */
  SX_PARAM_EXPRESSION,  /* s, of the expression language, over the input's columns */
  SX_PARAM_COLUMN,      /* s, a column of the first input */
  SX_PARAM_COLUMNS,     /* as, columns of the first input; empty = all that fit column_types */
  SX_PARAM_MAPPING,     /* a{ss}: from text to text: renames, value maps, derived columns, types by column */
  SX_PARAM_STRINGS,     /* as: free list */
  SX_PARAM_SPACE,       /* a{sv}: overrides of a topology's search space: name → fixed value or {low, high} or choices */
} SxParamType;

typedef enum
{
  SX_PARAM_REQUIRED = 1 << 0,   /* no default: the block is incomplete without */
  SX_PARAM_ADVANCED = 1 << 1,   /* behind “More” in the inspector */
  SX_PARAM_GUESSED = 1 << 2,    /* filled in by a reader or the studio, may be changed */
} SxParamFlags;

typedef struct
{
  const char *id;
  const char *title; /* N_() */
} SxChoice;

typedef struct
{
  const char       *id;           /* stable, kebab-case */
  const char       *title;        /* N_() */
  const char       *help;         /* N_(), one or two sentences */
  SxParamType       type;
  SxParamFlags      flags;
  const char       *default_text; /* GVariant text format; NULL: empty of its type */
  double            min, max;     /* INT and DOUBLE; equal = unbounded */
  const char       *unit;         /* N_(), “rows”, “%”, NULL */
  const SxChoice   *choices;      /* ended by id NULL */
  guint             column_types; /* COLUMN(S): mask of 1 << SxType; 0 = any */
  const char       *visible_if;   /* “method=constant|quantile”: shown and used only then; NULL = always */
} SxParamSpec;

typedef enum
{
  SX_BLOCK_LEARNS = 1 << 0,
  SX_BLOCK_ROW_WISE = 1 << 1,   /* each output row depends on one input row only, none dropped */
  SX_BLOCK_DROPS_ROWS = 1 << 2, /* keeps, drops or reorders whole rows, never changes cells: not applied at prediction */
  SX_BLOCK_MIXES_ROWS = 1 << 3, /* output cells depend on several rows: must stand before the split and every learner */
} SxBlockFlags;

typedef enum
{
  SX_BLOCK_SOURCE,
  SX_BLOCK_TABLE,
  SX_BLOCK_PREPARE,
  SX_BLOCK_SPLIT,
  SX_BLOCK_MODEL,
  SX_BLOCK_EVALUATE,
  SX_BLOCK_EXPORT,
} SxBlockCategory;
#define SX_N_BLOCK_CATEGORIES 7
const char *sx_block_category_get_title (SxBlockCategory category);

/**
 * SxParams:
 *
 * The values of one block's parameters, checked against its kind: an immutable view handed to the kind's functions.
 * Getters give the default where nothing is set, and assert the type.
 */
typedef struct _SxParams SxParams;

typedef struct _SxBlockKind SxBlockKind;
typedef struct _SxSteps SxSteps; /* sx-step.h */

/* What kinds are run in: where relative paths start, who cancels, which seed. */
typedef struct
{
  const char   *folder;      /* relative FILE parameters start here; NULL: current folder */
  guint64       seed;        /* of this block in this job */
  GCancellable *cancellable; /* (nullable) */
  GPtrArray    *notes;       /* (nullable) of SxReadNote: filled with what the user should know */
  guint64       max_rows;    /* sources read no more rows than this; 0: all */
} SxBlockContext;

struct _SxBlockKind
{
  const char       *id;        /* “prepare.impute” */
  const char       *title;     /* N_() */
  const char       *help;      /* N_(), a paragraph, shown in palette, inspector and `sextant blocks` */
  const char       *aliases;   /* N_(), other words that find it: “fill, missing, nan” */
  const char       *icon;      /* symbolic icon name */
  SxBlockCategory   category;
  SxBlockFlags      flags;
  const SxPortSpec *ports;     /* ended by id NULL */
  const SxParamSpec *params;   /* ended by id NULL */

  /* The schema of the output from those of the inputs (in port order, then link order), without reading data.
   * Sources read as little as they can. Errors name the parameter and the column. Kinds without a TABLE output: NULL. */
  SxSchema *(*describe) (const SxParams *params, SxSchema *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error);
  /* Table verbs and sources: the output frame. Never called for learning blocks. */
  SxFrame  *(*run)      (const SxParams *params, SxFrame *const *inputs, guint n_inputs, const SxBlockContext *context, GError **error);
  /* DROPS_ROWS verbs, instead of work in `run` (which is then sx_verb_run_rows()): the numbers of the rows that stay, of guint64, in their new order. */
  GArray   *(*rows)     (const SxParams *params, SxFrame *input, const SxBlockContext *context, GError **error);
  /* ROW_WISE verbs: the same work as steps. */
  SxSteps  *(*steps)    (const SxParams *params, SxSchema *input, GError **error);
  /* LEARNS: fitted to these rows. @target: (nullable): the target column's name, never to be transformed. */
  SxSteps  *(*fit)      (const SxParams *params, SxFrame *training, const char *target, const SxBlockContext *context, GError **error);
  /* LEARNS, and the rows that were given to `fit` come out otherwise than as its steps say, because each has a part in what was learned: these rows as the
   * model is to be trained on them. @steps: what `fit` gave; the schema is that of applying it. NULL: the steps say all. */
  SxFrame  *(*fit_rows) (const SxParams *params, SxFrame *training, const char *target, const SxSteps *steps, const SxBlockContext *context, GError **error);
};

const SxBlockKind *const *sx_block_kind_list (void); /* NULL-ended, in palette order */
const SxBlockKind *sx_block_kind_find (const char *id);
const char *sx_block_kind_suggest (const char *id);  /* nearest id, for “did you mean” */
const SxParamSpec *sx_block_kind_find_param (const SxBlockKind *kind, const char *id);
const SxPortSpec *sx_block_kind_find_port (const SxBlockKind *kind, const char *id);
/* Are the conditions of @spec's visible_if met by @params? */
gboolean sx_param_spec_is_visible (const SxParamSpec *spec, const SxParams *params);
const char *sx_param_type_get_variant_type (SxParamType type); /* “as” */
GVariant *sx_param_spec_ref_default (const SxParamSpec *spec);
/* One value against its spec: type, range, choice. Numbers are converted where nothing is lost (2 → 2.0). Returns the
 * value to store (transfer full), or NULL with SX_PIPELINE_ERROR_PARAM saying what would be accepted. */
GVariant *sx_param_spec_check (const SxParamSpec *spec, GVariant *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @values: (nullable): `a{sv}`; unknown ids and wrong values fail. Sunk if floating. */
SxParams *sx_params_new (const SxBlockKind *kind, GVariant *values, GError **error) G_GNUC_WARN_UNUSED_RESULT;
SxParams *sx_params_ref (SxParams *self);
void sx_params_unref (SxParams *self);
const SxBlockKind *sx_params_get_kind (const SxParams *self);
gboolean sx_params_is_set (const SxParams *self, const char *id);
GVariant *sx_params_get (const SxParams *self, const char *id); /* borrowed; value or default */
gboolean sx_params_get_bool (const SxParams *self, const char *id);
gint64 sx_params_get_int (const SxParams *self, const char *id);
double sx_params_get_double (const SxParams *self, const char *id);
const char *sx_params_get_string (const SxParams *self, const char *id);
const char **sx_params_get_strings (const SxParams *self, const char *id, gsize *n); /* g_free() the array only */
/* Fails when a REQUIRED, visible parameter is unset, naming it. */
gboolean sx_params_check_complete (const SxParams *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SxParams, sx_params_unref)

G_END_DECLS
