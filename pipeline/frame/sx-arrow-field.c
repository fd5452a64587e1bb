/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What Arrow calls types: their names, which of ours each becomes, and the columns below a table's structs. */

#include "config.h"

#include "sx-arrow-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

SxArrowField *
sx_arrow_field_new (const char *name, SxArrowKind kind)
{
  SxArrowField *self = g_new0 (SxArrowField, 1);

  self->name = g_strdup (name != NULL ? name : "");
  self->kind = kind;
  self->children = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_arrow_field_free);
  return self;
}

void
sx_arrow_field_free (SxArrowField *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->children);
  g_free (self->name);
  g_free (self->title);
  g_free (self);
}

static const char *
unit_name (gint64 per_second)
{
  return per_second == 1 ? "s" : per_second == 1000    ? "ms"
                               : per_second == 1000000 ? "us"
                                                       : "ns";
}

static char *
dup_value_title (const SxArrowField *self)
{
  const char *large = self->is_large ? "large_" : "";
  const char *view = self->is_view ? "_view" : "";

  switch (self->kind)
    {
    case SX_ARROW_NULL:
      return g_strdup ("null");
    case SX_ARROW_BOOL:
      return g_strdup ("bool");
    case SX_ARROW_INT:
      return g_strdup_printf ("%sint%u", self->is_signed ? "" : "u", self->width);
    case SX_ARROW_FLOAT:
      return g_strdup_printf ("float%u", self->width);
    case SX_ARROW_DECIMAL:
      return g_strdup_printf ("decimal%u", self->width);
    case SX_ARROW_DATE:
      return g_strdup_printf ("date%u", self->width);
    case SX_ARROW_TIME:
      return g_strdup_printf ("time%u[%s]", self->width, unit_name (self->per_second));
    case SX_ARROW_TIMESTAMP:
      return g_strdup_printf ("timestamp[%s]", unit_name (self->per_second));
    case SX_ARROW_DURATION:
      return g_strdup_printf ("duration[%s]", unit_name (self->per_second));
    case SX_ARROW_UTF8:
      return g_strdup_printf ("%sutf8%s", large, view);
    case SX_ARROW_BINARY:
      return g_strdup_printf ("%sbinary%s", large, view);
    case SX_ARROW_FIXED_BINARY:
      return g_strdup_printf ("fixed_size_binary[%" G_GSIZE_FORMAT "]", self->size);
    case SX_ARROW_LIST:
      return g_strdup_printf ("%slist", large);
    case SX_ARROW_FIXED_LIST:
      return g_strdup_printf ("fixed_size_list[%" G_GSIZE_FORMAT "]", self->size);
    case SX_ARROW_STRUCT:
      return g_strdup ("struct");
    case SX_ARROW_OTHER:
    default:
      return g_strdup (self->title != NULL ? self->title : "?");
    }
}

char *
sx_arrow_field_dup_title (const SxArrowField *self)
{
  g_autofree char *value = dup_value_title (self);

  if (self->index_width > 0)
    return g_strdup_printf ("dictionary<%s>", value);
  if ((self->kind == SX_ARROW_LIST || self->kind == SX_ARROW_FIXED_LIST) && self->children->len == 1)
    {
      g_autofree char *item = sx_arrow_field_dup_title (g_ptr_array_index (self->children, 0));

      return g_strdup_printf ("%s<%s>", value, item);
    }
  return g_steal_pointer (&value);
}

static gboolean
is_number (const SxArrowField *self)
{
  return self->index_width == 0 && (self->kind == SX_ARROW_INT || self->kind == SX_ARROW_FLOAT || self->kind == SX_ARROW_DECIMAL || self->kind == SX_ARROW_BOOL);
}

gboolean
sx_arrow_field_get_type (const SxArrowField *self, SxType *type)
{
  switch (self->kind)
    {
    case SX_ARROW_BOOL:
      *type = SX_TYPE_BOOL;
      return TRUE;
    case SX_ARROW_INT: /* the values of a dictionary are made before any of them was seen */
      *type = self->index_width > 0 && self->width == 64 && !self->is_signed ? SX_TYPE_FLOAT64 : SX_TYPE_INT64;
      return TRUE;
    case SX_ARROW_NULL: /* all missing: any type would do */
    case SX_ARROW_FLOAT:
    case SX_ARROW_DECIMAL:
    case SX_ARROW_DURATION:
      *type = SX_TYPE_FLOAT64;
      return TRUE;
    case SX_ARROW_DATE:
    case SX_ARROW_TIME:
    case SX_ARROW_TIMESTAMP:
      *type = SX_TYPE_TIMESTAMP;
      return TRUE;
    case SX_ARROW_UTF8:
      *type = self->index_width > 0 ? SX_TYPE_CATEGORY : SX_TYPE_STRING;
      return TRUE;
    case SX_ARROW_BINARY:
    case SX_ARROW_FIXED_BINARY:
      *type = SX_TYPE_IMAGE;
      return TRUE;
    case SX_ARROW_LIST:
    case SX_ARROW_FIXED_LIST:
      *type = SX_TYPE_LIST;
      return self->index_width == 0 && self->children->len == 1 && is_number (g_ptr_array_index (self->children, 0));
    case SX_ARROW_STRUCT:
    case SX_ARROW_OTHER:
    default:
      return FALSE;
    }
}

void
sx_arrow_leaf_free (SxArrowLeaf *self)
{
  g_free (self->name);
  g_free (self);
}

/* Whether the column @path is among @wanted; @deeper: whether something below it may be. */
static gboolean
is_wanted (const char *const *wanted, const char *path, gboolean *used, gboolean *deeper)
{
  gsize    size = strlen (path);
  gboolean found = FALSE;

  *deeper = wanted == NULL;
  for (guint i = 0; wanted != NULL && wanted[i] != NULL; i++)
    {
      gsize n = strlen (wanted[i]);

      if (g_str_equal (wanted[i], path) || (n < size && path[n] == '.' && strncmp (wanted[i], path, n) == 0))
        found = used[i] = TRUE;
      *deeper |= n > size && wanted[i][size] == '.' && strncmp (wanted[i], path, size) == 0;
    }
  return found || wanted == NULL;
}

typedef struct
{
  const char *const *wanted;
  gboolean          *used; /* one of wanted */
  GPtrArray         *leaves;
  guint              path[SX_ARROW_MAX_DEPTH];
} Listing;

static gboolean
list_below (Listing *listing, const SxArrowField *parent, const char *prefix, guint depth, GError **error)
{
  for (guint i = 0; i < parent->children->len; i++)
    {
      const SxArrowField *field = g_ptr_array_index (parent->children, i);
      g_autofree char    *name = prefix != NULL ? g_strdup_printf ("%s.%s", prefix, field->name) : g_strdup (field->name);
      gboolean            deeper, found = is_wanted (listing->wanted, name, listing->used, &deeper);
      SxArrowLeaf        *leaf;
      SxType              type;

      if (depth >= SX_ARROW_MAX_DEPTH || strlen (name) > SX_ARROW_MAX_NAME)
        {
          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_LIMIT, _ ("Column “%.60s…” lies deeper than %d structs, or its name has more than %d bytes, which is not read."), name, SX_ARROW_MAX_DEPTH, SX_ARROW_MAX_NAME);
          return FALSE;
        }
      listing->path[depth] = i;
      if (field->kind == SX_ARROW_STRUCT && field->index_width == 0)
        {
          if ((found || deeper) && !list_below (listing, field, name, depth + 1, error))
            return FALSE;
          continue;
        }
      if (!found)
        continue;
      if (!sx_arrow_field_get_type (field, &type))
        {
          g_autofree char *title = sx_arrow_field_dup_title (field);

          g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_UNSUPPORTED,
                       _ ("Column “%s” is of the type %s, which is not read. Choose the other columns with “columns”, or write this one as another type."), name, title);
          return FALSE;
        }
      leaf = g_new0 (SxArrowLeaf, 1);
      *leaf = (SxArrowLeaf){ .name = g_steal_pointer (&name), .type = type, .field = field, .depth = depth + 1 };
      memcpy (leaf->path, listing->path, sizeof leaf->path);
      g_ptr_array_add (listing->leaves, leaf);
    }
  return TRUE;
}

GPtrArray *
sx_arrow_list_leaves (const SxArrowField *root, const char *const *wanted, GError **error)
{
  g_autofree gboolean *used = NULL;
  g_autoptr (GPtrArray) leaves = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_arrow_leaf_free);
  Listing listing = { .leaves = leaves };

  if (wanted != NULL && wanted[0] != NULL)
    {
      listing.wanted = wanted;
      listing.used = used = g_new0 (gboolean, g_strv_length ((char **)wanted));
    }
  if (!list_below (&listing, root, NULL, 0, error))
    return NULL;
  for (guint i = 0; listing.wanted != NULL && wanted[i] != NULL; i++)
    if (!used[i])
      {
        g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_SCHEMA, _ ("There is no column “%s”."), wanted[i]);
        return NULL;
      }
  return g_steal_pointer (&leaves);
}

static void
set_skipped (SxArrowField *self, gboolean is_skipped)
{
  self->is_skipped = is_skipped;
  for (guint i = 0; i < self->children->len; i++)
    set_skipped (g_ptr_array_index (self->children, i), is_skipped);
}

void
sx_arrow_skip_others (SxArrowField *root, GPtrArray *leaves)
{
  set_skipped (root, TRUE);
  root->is_skipped = FALSE;
  for (guint i = 0; i < leaves->len; i++)
    {
      const SxArrowLeaf *leaf = g_ptr_array_index (leaves, i);
      SxArrowField      *field = root;

      for (guint step = 0; step < leaf->depth; step++)
        {
          field = g_ptr_array_index (field->children, leaf->path[step]);
          field->is_skipped = FALSE;
        }
      set_skipped (field, FALSE);
    }
}

char *
sx_arrow_leaf_dup_type_note (const SxArrowLeaf *self)
{
  const SxArrowField *field = self->field;

  if (field->kind == SX_ARROW_LIST || field->kind == SX_ARROW_FIXED_LIST)
    field = g_ptr_array_index (field->children, 0);
  if (field->kind == SX_ARROW_DECIMAL)
    return g_strdup_printf (_ ("Column “%s” holds decimals, which are read as float64: about 16 digits are kept."), self->name);
  if (field->kind == SX_ARROW_TIME)
    return g_strdup_printf (_ ("Column “%s” holds times of day, which are read as times of 1 January 1970."), self->name);
  if (field->kind == SX_ARROW_DURATION)
    return g_strdup_printf (_ ("Column “%s” holds durations, which are read as seconds."), self->name);
  return NULL;
}

char *
sx_arrow_leaf_dup_remark (const SxArrowLeaf *self, SxArrowRemarks remark)
{
  switch (remark)
    {
    case SX_ARROW_TOO_WIDE:
      return g_strdup_printf (_ ("Column “%s” holds whole numbers above 9,223,372,036,854,775,807 and became float64."), self->name);
    case SX_ARROW_ROUNDED:
      return g_strdup_printf (_ ("Column “%s” holds nanoseconds, which were cut to microseconds."), self->name);
    case SX_ARROW_REPAIRED:
      return g_strdup_printf (_ ("Column “%s” holds text that is not UTF-8; what is wrong in it was replaced by “\357\277\275”."), self->name);
    default:
      g_return_val_if_reached (NULL);
    }
}
