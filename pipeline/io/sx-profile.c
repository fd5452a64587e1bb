/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* A table at a glance, column by column and on several threads.
 *
 * Each value is hashed once into a counter. While there are no more than 4,096 different values, everything else follows from
 * the counter's entries alone, exactly: range, mean, quantiles, bins, the most frequent. Only a column of more values is walked
 * again, and its quantiles come from at most a million of its values, evenly spaced. */

#include "config.h"

#include "sx-reader.h"

#include "sx-profile-private.h"

#include "frame/sx-number.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_SAMPLE 1000000
#define N_BINS 20
#define N_TOP 10
#define MAX_THREADS 8
/* An identifier is hardly longer; what is, is text. */
#define MAX_ID_SIZE 40

static const double levels[5] = { .05, .25, .5, .75, .95 };

typedef struct
{
  SxFrame         *frame;
  guint            i;
  SxColumnProfile *profile;
  GCancellable    *cancellable;
  SxCounter        counter;
  guint64          n_infinite;
  guint64          n_text_bytes;
} Work;

static SxColumn *
get_column (const Work *self, guint batch)
{
  return sx_batch_get_column (sx_frame_get_batch (self->frame, batch), self->i);
}

static void
count_numbers (Work *self, const SxColumn *column, guint32 batch)
{
  gint64  same = 0;
  guint64 n_same = 0;
  guint32 same_row = 0;

  for (gsize row = 0; row < column->n_rows; row++)
    {
      gint64 bits;

      if (sx_column_is_missing (column, row))
        continue;
      if (column->type == SX_TYPE_BOOL)
        bits = sx_column_get_bool (column, row);
      else if (column->type == SX_TYPE_FLOAT64)
        {
          double value = ((const double *)column->values)[row] + 0.0; /* -0 is 0 */
          memcpy (&bits, &value, 8);
        }
      else
        bits = sx_column_get_int64 (column, row);
      /* Runs of one value, many zeros mostly, are added at once. */
      if (n_same > 0 && bits == same)
        {
          n_same++;
          continue;
        }
      if (n_same > 0)
        sx_counter_add (&self->counter, sx_hash_mix ((guint64)same + 1), n_same, batch, same_row);
      same = bits;
      same_row = (guint32)row;
      n_same = 1;
    }
  if (n_same > 0)
    sx_counter_add (&self->counter, sx_hash_mix ((guint64)same + 1), n_same, batch, same_row);
}

static void
count_categories (Work *self, const SxColumn *column, guint32 batch)
{
  gsize               n = column->dictionary->n_rows;
  g_autofree guint64 *counts = g_new0 (guint64, n);
  g_autofree guint32 *rows = g_new0 (guint32, n);

  for (gsize row = 0; row < column->n_rows; row++)
    if (!sx_column_is_missing (column, row))
      {
        gint32 code = sx_column_get_code (column, row);
        if (counts[code]++ == 0)
          rows[code] = (guint32)row;
      }
  for (gsize code = 0; code < n; code++)
    if (counts[code] > 0)
      {
        gsize       size;
        const char *text = sx_column_get_text (column->dictionary, code, &size);
        self->n_text_bytes += size * counts[code];
        sx_counter_add (&self->counter, sx_hash_bytes (text, size), counts[code], batch, rows[code]);
      }
}

static void
count_bytes (Work *self, const SxColumn *column, guint32 batch)
{
  gsize width = column->type == SX_TYPE_LIST ? sizeof (double) : 1;

  for (gsize row = 0; row < column->n_rows; row++)
    if (!sx_column_is_missing (column, row))
      {
        gsize from = (gsize)column->offsets[row] * width, to = (gsize)column->offsets[row + 1] * width;
        self->n_text_bytes += to - from;
        sx_counter_add (&self->counter, sx_hash_bytes ((const char *)column->values + from, to - from), 1, batch, (guint32)row);
      }
}

static void
count_values (Work *self)
{
  for (guint b = 0; b < sx_frame_get_n_batches (self->frame) && !g_cancellable_is_cancelled (self->cancellable); b++)
    {
      SxColumn *column = get_column (self, b);

      self->profile->n_missing += column->n_missing;
      if (column->n_missing == column->n_rows)
        continue;
      if (sx_type_is_numeric (column->type))
        count_numbers (self, column, b);
      else if (column->type == SX_TYPE_CATEGORY)
        count_categories (self, column, b);
      else
        count_bytes (self, column, b);
    }
  self->profile->n_distinct = MIN (sx_counter_get_n_distinct (&self->counter), self->profile->n_rows - self->profile->n_missing);
  self->profile->distinct_is_exact = !self->counter.is_over;
}

/* Bins of one width; whole numbers of a small range have one bin each. */
static void
make_bins (SxColumnProfile *profile)
{
  double   range = profile->max - profile->min;
  gboolean is_whole = profile->type == SX_TYPE_INT64 || profile->type == SX_TYPE_BOOL;
  guint    n = range == 0 ? 1 : is_whole && range < N_BINS ? (guint)range + 1
                                                           : N_BINS;
  double   width = range == 0 ? 0 : is_whole && range < N_BINS ? 1
                                                               : profile->max / n - profile->min / n; /* the range itself may be infinite */

  g_array_set_size (profile->bins, n);
  for (guint i = 0; i < n; i++)
    {
      SxProfileBin *bin = &g_array_index (profile->bins, SxProfileBin, i);
      bin->low = profile->min + width * i;
      bin->high = i + 1 == n && !(width == 1 && is_whole) ? profile->max : profile->min + width * (i + 1);
      bin->count = 0;
    }
}

static void
add_to_bin (SxColumnProfile *profile, double value, guint64 count)
{
  SxProfileBin *first = &g_array_index (profile->bins, SxProfileBin, 0);
  double        width = first->high - first->low;
  double        place = width > 0 ? value / width - profile->min / width : 0;
  guint         i = place < 1 ? 0 : place < profile->bins->len ? (guint)place
                                                               : profile->bins->len - 1;

  g_array_index (profile->bins, SxProfileBin, i).count += count;
}

/* The value of rank @place of n, between two values linearly. */
static void
find_quantiles (SxColumnProfile *profile, const double *values, const guint64 *counts, gsize n_values, guint64 n)
{
  gsize   i = 0;
  guint64 n_before = 0; /* values before the i-th */

  for (guint k = 0; k < G_N_ELEMENTS (levels); k++)
    {
      double  place = levels[k] * (double)(n - 1);
      guint64 rank = (guint64)place;
      double  part = place - (double)rank;

      while (i < n_values && n_before + (counts ? counts[i] : 1) <= rank)
        n_before += counts ? counts[i++] : (i++, 1);
      double low = values[i];
      double high = rank + 1 < n_before + (counts ? counts[i] : 1) || i + 1 == n_values ? low : values[i + 1];
      profile->quantiles[k] = low + (high - low) * part;
    }
}

typedef struct
{
  double  value;
  guint64 count;
} Weighted;

static int
compare_weighted (gconstpointer a, gconstpointer b)
{
  double x = ((const Weighted *)a)->value, y = ((const Weighted *)b)->value;

  return (x > y) - (x < y);
}

/* Everything from the counter's entries. */
static void
describe_entries (Work *self)
{
  SxColumnProfile     *profile = self->profile;
  g_autofree Weighted *sorted = g_new (Weighted, self->counter.n_entries);
  g_autofree double   *values = g_new (double, self->counter.n_entries);
  g_autofree guint64  *counts = g_new (guint64, self->counter.n_entries);
  long double          sum = 0, squares = 0;
  guint64              n = 0;
  gsize                n_values = 0;

  for (guint i = 0; i < self->counter.n_entries; i++)
    {
      const SxCounterEntry *entry = &self->counter.entries[i];
      double                value = sx_column_get_double (get_column (self, entry->batch), entry->row);
      if (!isfinite (value))
        {
          self->n_infinite += entry->count;
          continue;
        }
      sorted[n_values++] = (Weighted){ value, entry->count };
      sum += (long double)value * entry->count;
      n += entry->count;
    }
  if (n == 0)
    return;
  qsort (sorted, n_values, sizeof *sorted, compare_weighted);
  profile->min = sorted[0].value;
  profile->max = sorted[n_values - 1].value;
  profile->mean = (double)(sum / n);
  make_bins (profile);
  for (gsize i = 0; i < n_values; i++)
    {
      long double distance = sorted[i].value - sum / n;
      squares += distance * distance * sorted[i].count;
      values[i] = sorted[i].value;
      counts[i] = sorted[i].count;
      add_to_bin (profile, values[i], counts[i]);
    }
  profile->sd = n > 1 ? (double)sqrtl (squares / (n - 1)) : 0;
  find_quantiles (profile, values, counts, n_values, n);
}

/* Range, sum, and a sample of at most MAX_SAMPLE values. */
static guint64
walk_first (Work *self, double *buffer, double *sample, gsize *n_sample, long double *sum)
{
  SxColumnProfile *profile = self->profile;
  guint64          n_present = profile->n_rows - profile->n_missing;
  guint64          step = (n_present + MAX_SAMPLE - 1) / MAX_SAMPLE, n = 0;

  profile->min = INFINITY;
  profile->max = -INFINITY;
  for (guint b = 0; b < sx_frame_get_n_batches (self->frame); b++)
    {
      SxColumn *column = get_column (self, b);
      sx_column_to_doubles (column, buffer);
      for (gsize row = 0; row < column->n_rows; row++)
        {
          double value = buffer[row];
          if (isnan (value))
            continue;
          if (isinf (value))
            {
              self->n_infinite++;
              continue;
            }
          profile->min = MIN (profile->min, value);
          profile->max = MAX (profile->max, value);
          *sum += value;
          if (n++ % step == 0)
            sample[(*n_sample)++] = value;
        }
    }
  return n;
}

static void
describe_rows (Work *self)
{
  SxColumnProfile   *profile = self->profile;
  gsize              n_max = (gsize)MIN (profile->n_rows - profile->n_missing, MAX_SAMPLE);
  g_autofree double *buffer = g_new (double, SX_BATCH_MAX_ROWS);
  g_autofree double *sample = g_new (double, n_max + 1);
  g_autofree double *scratch = g_new (double, n_max + 1);
  gsize              n_sample = 0;
  long double        sum = 0, mean;
  double             squares = 0;
  guint64            n = walk_first (self, buffer, sample, &n_sample, &sum);

  if (n == 0)
    {
      profile->min = profile->max = NAN;
      return;
    }
  mean = sum / n;
  profile->mean = (double)mean;
  make_bins (profile);
  for (guint b = 0; b < sx_frame_get_n_batches (self->frame) && !g_cancellable_is_cancelled (self->cancellable); b++)
    {
      SxColumn *column = get_column (self, b);
      sx_column_to_doubles (column, buffer);
      for (gsize row = 0; row < column->n_rows; row++)
        if (isfinite (buffer[row]))
          {
            double distance = buffer[row] - profile->mean;
            squares += distance * distance;
            add_to_bin (profile, buffer[row], 1);
          }
    }
  profile->sd = n > 1 ? sqrt (squares / (double)(n - 1)) : 0;
  sx_sort_doubles (sample, scratch, n_sample);
  find_quantiles (profile, sample, NULL, n_sample, n_sample);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const SxCounterEntry *x = *(const SxCounterEntry *const *)a, *y = *(const SxCounterEntry *const *)b;

  if (x->count != y->count)
    return x->count < y->count ? 1 : -1;
  return x < y ? -1 : 1; /* as frequent: the one that came first */
}

static void
list_top (Work *self)
{
  g_autofree const SxCounterEntry **sorted = g_new (const SxCounterEntry *, MAX (1, self->counter.n_entries));

  if (self->profile->type == SX_TYPE_IMAGE)
    return;
  for (guint i = 0; i < self->counter.n_entries; i++)
    sorted[i] = &self->counter.entries[i];
  qsort (sorted, self->counter.n_entries, sizeof *sorted, compare_entries);
  for (guint i = 0; i < MIN (self->counter.n_entries, N_TOP); i++)
    {
      SxProfileValue *value = g_new (SxProfileValue, 1);
      value->text = sx_column_dup_cell (get_column (self, sorted[i]->batch), sorted[i]->row);
      value->count = sorted[i]->count;
      g_ptr_array_add (self->profile->top, value);
    }
}

/* How many of the counted texts are numbers. */
static guint64
count_numeric_texts (Work *self, guint64 *n_counted)
{
  guint64 n = 0;

  *n_counted = 0;
  for (guint i = 0; i < self->counter.n_entries; i++)
    {
      const SxCounterEntry *entry = &self->counter.entries[i];
      gsize                 size;
      double                number;
      const char           *text = sx_column_get_text (get_column (self, entry->batch), entry->row, &size);
      *n_counted += entry->count;
      if (sx_number_parse (text, size, &number))
        n += entry->count;
    }
  return n;
}

static gboolean
is_id_like (const Work *self, guint64 n_present)
{
  const SxColumnProfile *profile = self->profile;

  if (n_present < 50 || profile->type == SX_TYPE_FLOAT64 || profile->type == SX_TYPE_TIMESTAMP || profile->type == SX_TYPE_BOOL ||
      profile->type == SX_TYPE_LIST || profile->type == SX_TYPE_IMAGE)
    return FALSE;
  if (profile->type != SX_TYPE_INT64 && self->n_text_bytes > MAX_ID_SIZE * n_present)
    return FALSE;
  return profile->distinct_is_exact ? profile->n_distinct == n_present : (double)profile->n_distinct > .95 * (double)n_present;
}

static void
warn (Work *self)
{
  SxColumnProfile *profile = self->profile;
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new ();
  guint64 n_present = profile->n_rows - profile->n_missing;
  double  share = profile->n_rows > 0 ? 100.0 * (double)profile->n_missing / (double)profile->n_rows : 0;
  char   *text;

#define ADD(...) (text = g_strdup_printf (__VA_ARGS__), g_strv_builder_add (warnings, text), g_free (text))
  if (n_present == 0 && profile->n_rows > 0)
    ADD ("%s", _ ("Empty: every value is missing."));
  else if (share > 50)
    ADD (_ ("Mostly missing: %.0f %% of the values."), share);
  if (profile->n_distinct == 1 && profile->n_rows > 1)
    {
      g_autofree char *value = sx_column_dup_cell (get_column (self, self->counter.entries[0].batch), self->counter.entries[0].row);
      ADD (_ ("Constant: every value is “%.60s”."), value);
    }
  else if (is_id_like (self, n_present))
    ADD ("%s", _ ("Like an identifier: every row has another value, so nothing can be learned from it."));
  if (profile->type == SX_TYPE_STRING || profile->type == SX_TYPE_CATEGORY)
    {
      guint64 n_counted, n_numbers = count_numeric_texts (self, &n_counted);
      if (n_numbers * 2 >= n_counted && n_numbers < n_counted)
        ADD (_ ("Mixed: text, but %.0f %% of the values are numbers. Perhaps a word for missing values was not recognised."),
             100.0 * (double)n_numbers / (double)n_counted);
    }
  if (self->n_infinite > 0)
    {
      g_autofree char *number = sx_number_dup_grouped (self->n_infinite);
      ADD (_ ("Infinite: %s values are; they are left out of mean, quantiles and bins."), number);
    }
#undef ADD
  profile->warnings = g_strv_builder_end (warnings);
}

static void
profile_column (gpointer data, gpointer user_data)
{
  Work *self = data;

  sx_counter_init (&self->counter);
  count_values (self);
  if (sx_type_is_numeric (self->profile->type) && self->profile->n_missing < self->profile->n_rows && !g_cancellable_is_cancelled (self->cancellable))
    {
      if (self->counter.is_over)
        describe_rows (self);
      else
        describe_entries (self);
    }
  list_top (self);
  warn (self);
  sx_counter_clear (&self->counter);
}

static void
value_free (gpointer data)
{
  g_free (((SxProfileValue *)data)->text);
  g_free (data);
}

static void
column_profile_free (gpointer data)
{
  SxColumnProfile *self = data;

  g_free (self->name);
  g_array_unref (self->bins);
  g_ptr_array_unref (self->top);
  g_strfreev (self->warnings);
  g_free (self);
}

static SxColumnProfile *
column_profile_new (const SxField *field, guint64 n_rows)
{
  SxColumnProfile *self = g_new0 (SxColumnProfile, 1);

  self->name = g_strdup (field->name);
  self->type = field->type;
  self->n_rows = n_rows;
  self->min = self->max = self->mean = self->sd = NAN;
  for (guint k = 0; k < G_N_ELEMENTS (self->quantiles); k++)
    self->quantiles[k] = NAN;
  self->bins = g_array_new (FALSE, TRUE, sizeof (SxProfileBin));
  self->top = g_ptr_array_new_with_free_func (value_free);
  return self;
}

void
sx_profile_free (SxProfile *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->columns);
  g_strfreev (self->warnings);
  g_free (self);
}

SxProfile *
sx_profile_new (SxFrame *frame, GCancellable *cancellable, GError **error)
{
  g_autoptr (SxProfile) self = NULL;
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new ();
  g_autofree Work *work = NULL;
  SxSchema        *schema;
  guint            n;
  GThreadPool     *pool;

  g_return_val_if_fail (frame != NULL, NULL);
  schema = sx_frame_get_schema (frame);
  n = sx_schema_get_n_fields (schema);
  work = g_new0 (Work, n);
  self = g_new0 (SxProfile, 1);
  self->n_rows = sx_frame_get_n_rows (frame);
  self->columns = g_ptr_array_new_with_free_func (column_profile_free);
  if (self->n_rows == 0)
    g_strv_builder_add (warnings, _ ("The table has no rows."));
  self->warnings = g_strv_builder_end (warnings);
  pool = g_thread_pool_new (profile_column, NULL, (int)CLAMP (g_get_num_processors (), 1, MAX_THREADS), FALSE, NULL);
  for (guint i = 0; i < n; i++)
    {
      g_ptr_array_add (self->columns, column_profile_new (sx_schema_get_field (schema, i), self->n_rows));
      work[i] = (Work){ .frame = frame, .i = i, .profile = g_ptr_array_index (self->columns, i), .cancellable = cancellable };
      g_thread_pool_push (pool, &work[i], NULL);
    }
  g_thread_pool_free (pool, FALSE, TRUE);
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return g_steal_pointer (&self);
}
