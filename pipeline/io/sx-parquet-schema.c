/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* From the elements of a Parquet schema to columns. Groups are flattened into names, “a.b”; a repeated value, or a list as the format's
 * LogicalTypes.md spells it (of three levels, or of two as old writers had it), is a list column. What is nested in other ways becomes
 * one column of a type that is not read. */

#include "config.h"

#include "sx-parquet-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  const SxParquetFooter *footer;
  guint                  element; /* the next */
  guint                  column;  /* the next */
  SxArrowField          *root;
  GPtrArray             *leaves; /* of SxParquetLeaf; NULL for those that are not read */
  gboolean               is_bad;
} Walk;

/* Levels on the way down. */
typedef struct
{
  guint definition, repetition, list_definition;
  guint depth;
} Levels;

static const SxParquetElement *
take_element (Walk *walk)
{
  if (walk->element >= walk->footer->elements->len)
    {
      walk->is_bad = TRUE;
      return NULL;
    }
  return &g_array_index (walk->footer->elements, SxParquetElement, walk->element++);
}

/* Steps over an element and all below it. */
static void
skip_element (Walk *walk, guint depth)
{
  const SxParquetElement *element = take_element (walk);

  walk->is_bad |= depth > 4 * SX_ARROW_MAX_DEPTH;
  if (walk->is_bad)
    return;
  walk->column += element->physical != SX_PARQUET_GROUP;
  for (guint i = 0; i < element->n_children && !walk->is_bad; i++)
    skip_element (walk, depth + 1);
}

static void
enter_level (Levels *levels, const SxParquetElement *element)
{
  levels->depth++;
  levels->definition += element->repetition != SX_PARQUET_REQUIRED;
  if (element->repetition == SX_PARQUET_REPEATED)
    {
      levels->repetition++;
      levels->list_definition = levels->definition;
    }
}

static void
add_other (Walk *walk, const char *name, const char *title)
{
  SxArrowField *field = sx_arrow_field_new (name, SX_ARROW_OTHER);

  field->title = g_strdup (title);
  g_ptr_array_add (walk->root->children, field);
  g_ptr_array_add (walk->leaves, NULL);
}

static void
set_kind (SxArrowField *field, SxArrowKind kind, guint width, gint64 per_second)
{
  field->kind = kind;
  field->width = width;
  field->per_second = per_second;
}

static void
set_number (SxArrowField *field, const SxParquetElement *element, SxParquetLeaf *leaf)
{
  guint width = element->physical == SX_PARQUET_INT32 ? 32 : 64;

  leaf->size = width / 8;
  if (element->meaning == SX_PARQUET_DATE && width == 32)
    set_kind (field, SX_ARROW_DATE, 32, 1000);
  else if (element->meaning == SX_PARQUET_TIME)
    set_kind (field, SX_ARROW_TIME, width, element->per_second);
  else if (element->meaning == SX_PARQUET_TIMESTAMP && width == 64)
    set_kind (field, SX_ARROW_TIMESTAMP, 64, element->per_second);
  else if (element->meaning == SX_PARQUET_DECIMAL)
    {
      set_kind (field, SX_ARROW_DECIMAL, width, 0);
      field->scale = element->scale;
    }
  else
    {
      set_kind (field, SX_ARROW_INT, width, 0);
      field->is_signed = !element->is_unsigned;
    }
}

/* Bytes of any length or of one. */
static void
set_bytes (SxArrowField *field, const SxParquetElement *element, SxParquetLeaf *leaf)
{
  gboolean is_fixed = element->physical == SX_PARQUET_FIXED;

  leaf->size = is_fixed ? element->size : 0;
  if (element->meaning == SX_PARQUET_DECIMAL && (!is_fixed || (element->size > 0 && element->size <= 32)))
    {
      set_kind (field, SX_ARROW_DECIMAL, is_fixed && element->size <= 16 ? 128 : 256, 0);
      field->scale = element->scale;
      leaf->step = SX_PARQUET_BIG_ENDIAN;
    }
  else if (is_fixed && element->meaning == SX_PARQUET_HALF && element->size == 2)
    set_kind (field, SX_ARROW_FLOAT, 16, 0);
  else if (is_fixed && element->meaning == SX_PARQUET_UUID && element->size == 16)
    {
      field->kind = SX_ARROW_UTF8;
      leaf->step = SX_PARQUET_HYPHENS;
    }
  else if (element->meaning == SX_PARQUET_TEXT && !is_fixed)
    field->kind = SX_ARROW_UTF8;
  else if (is_fixed && element->size > 0 && element->meaning != SX_PARQUET_INTERVAL)
    {
      field->kind = SX_ARROW_FIXED_BINARY;
      field->size = element->size;
    }
  else if (!is_fixed && element->meaning != SX_PARQUET_STRANGE)
    field->kind = SX_ARROW_BINARY;
}

/* The Arrow type that the values of @element are decoded into; kind SX_ARROW_OTHER when there is none. */
static void
set_type (SxArrowField *field, const SxParquetElement *element, SxParquetLeaf *leaf)
{
  leaf->physical = element->physical;
  switch ((int)element->physical)
    {
    case SX_PARQUET_BOOLEAN:
      field->kind = SX_ARROW_BOOL;
      leaf->size = 1;
      break;
    case SX_PARQUET_INT32:
    case SX_PARQUET_INT64:
      set_number (field, element, leaf);
      break;
    case SX_PARQUET_INT96:
      set_kind (field, SX_ARROW_TIMESTAMP, 64, 1000000);
      leaf->size = 12;
      leaf->step = SX_PARQUET_JULIAN;
      break;
    case SX_PARQUET_FLOAT:
      set_kind (field, SX_ARROW_FLOAT, 32, 0);
      leaf->size = 4;
      break;
    case SX_PARQUET_DOUBLE:
      set_kind (field, SX_ARROW_FLOAT, 64, 0);
      leaf->size = 8;
      break;
    default:
      set_bytes (field, element, leaf);
    }
  if (field->kind == SX_ARROW_DECIMAL && (field->scale < -1000 || field->scale > 1000))
    field->kind = SX_ARROW_OTHER;
  if (field->kind == SX_ARROW_OTHER)
    field->title = g_strdup (element->meaning == SX_PARQUET_INTERVAL ? "interval" : element->meaning == SX_PARQUET_DECIMAL ? "decimal"
                                                                                                                           : "fixed_len_byte_array");
  if (element->meaning == SX_PARQUET_NOTHING)
    field->kind = SX_ARROW_NULL;
}

/* What only Arrow's own schema knows of a column at the top: categories and durations. */
static void
apply_arrow (Walk *walk, SxArrowField *field, const SxParquetLeaf *leaf, guint depth)
{
  for (guint i = 0; walk->footer->arrow != NULL && depth == 1 && i < walk->footer->arrow->children->len; i++)
    {
      const SxArrowField *arrow = g_ptr_array_index (walk->footer->arrow->children, i);

      if (!g_str_equal (arrow->name, field->name))
        continue;
      if (arrow->kind == SX_ARROW_UTF8 && arrow->index_width > 0 && field->kind == SX_ARROW_UTF8 && leaf->step == SX_PARQUET_KEEP)
        {
          field->index_width = 32;
          field->index_is_signed = TRUE;
        }
      else if (arrow->kind == SX_ARROW_DURATION && field->kind == SX_ARROW_INT && field->width == 64)
        set_kind (field, SX_ARROW_DURATION, 64, arrow->per_second);
      return;
    }
}

static void
add_leaf (Walk *walk, const SxParquetElement *element, const char *name, const Levels *levels)
{
  SxParquetLeaf *leaf = g_new0 (SxParquetLeaf, 1);
  SxArrowField  *field = sx_arrow_field_new (name, SX_ARROW_OTHER);
  SxArrowField  *item = NULL;

  leaf->column = walk->column++;
  leaf->max_definition = levels->definition;
  leaf->max_repetition = levels->repetition;
  leaf->list_definition = levels->list_definition;
  leaf->field = field;
  if (levels->repetition == 1)
    {
      item = sx_arrow_field_new ("item", SX_ARROW_OTHER);
      field->kind = SX_ARROW_LIST;
      g_ptr_array_add (field->children, item);
    }
  set_type (item != NULL ? item : field, element, leaf);
  if (item != NULL && leaf->size == 0 && item->kind == SX_ARROW_DECIMAL)
    {
      item->kind = SX_ARROW_OTHER;
      item->title = g_strdup ("decimal");
    }
  if (item == NULL)
    apply_arrow (walk, field, leaf, levels->depth);
  g_ptr_array_add (walk->root->children, field);
  if (levels->repetition > 1 || field->kind == SX_ARROW_OTHER || (item != NULL && (item->kind == SX_ARROW_OTHER || item->kind == SX_ARROW_NULL)))
    {
      if (item != NULL || levels->repetition > 1)
        field->title = levels->repetition > 1 ? g_strdup ("list of lists") : g_strdup_printf ("list<%s>", item->title != NULL ? item->title : "null");
      field->kind = SX_ARROW_OTHER;
      g_clear_pointer (&leaf, g_free);
    }
  g_ptr_array_add (walk->leaves, leaf);
}

static void add_element (Walk *walk, const char *prefix, Levels levels);

static const SxParquetElement *
peek_element (const Walk *walk, guint ahead)
{
  guint element = walk->element + ahead;

  return element < walk->footer->elements->len ? &g_array_index (walk->footer->elements, SxParquetElement, element) : NULL;
}

/* Below a group marked LIST: a repeated group with one value, or a repeated value. */
static void
add_list (Walk *walk, const char *name, Levels levels)
{
  const SxParquetElement *middle = peek_element (walk, 0), *item = peek_element (walk, 1);

  if (middle != NULL && middle->repetition == SX_PARQUET_REPEATED && middle->physical != SX_PARQUET_GROUP)
    {
      enter_level (&levels, take_element (walk));
      add_leaf (walk, middle, name, &levels);
    }
  else if (middle != NULL && item != NULL && middle->repetition == SX_PARQUET_REPEATED && middle->n_children == 1 && item->physical != SX_PARQUET_GROUP)
    {
      enter_level (&levels, take_element (walk));
      enter_level (&levels, take_element (walk));
      add_leaf (walk, item, name, &levels);
    }
  else
    {
      skip_element (walk, levels.depth);
      add_other (walk, name, middle != NULL && item != NULL && item->meaning == SX_PARQUET_LIST ? "list of lists" : "list of structs");
    }
}

static void
add_element (Walk *walk, const char *prefix, Levels levels)
{
  const SxParquetElement *element = take_element (walk);
  g_autofree char        *name = NULL;

  if (element == NULL || levels.depth >= SX_ARROW_MAX_DEPTH || strlen (element->name) + (prefix != NULL ? strlen (prefix) : 0) > SX_ARROW_MAX_NAME)
    {
      walk->is_bad = TRUE;
      return;
    }
  name = prefix != NULL ? g_strdup_printf ("%s.%s", prefix, element->name) : g_strdup (element->name);
  enter_level (&levels, element);
  if (element->physical != SX_PARQUET_GROUP)
    add_leaf (walk, element, name, &levels);
  else if (element->meaning == SX_PARQUET_LIST && element->n_children == 1 && levels.repetition == 0)
    add_list (walk, name, levels);
  else if (element->meaning == SX_PARQUET_MAP || element->meaning == SX_PARQUET_LIST || element->meaning == SX_PARQUET_STRANGE || element->repetition == SX_PARQUET_REPEATED)
    {
      for (guint i = 0; i < element->n_children && !walk->is_bad; i++)
        skip_element (walk, levels.depth);
      add_other (walk, name, element->meaning == SX_PARQUET_MAP ? "map" : element->meaning == SX_PARQUET_STRANGE ? "group of a later format"
                                                                                                                 : "list of structs");
    }
  else
    for (guint i = 0; i < element->n_children && !walk->is_bad; i++)
      add_element (walk, name, levels);
}

SxArrowField *
sx_parquet_footer_list_leaves (const SxParquetFooter *self, GPtrArray *leaves, const char *place, GError **error)
{
  g_autoptr (SxArrowField) root = sx_arrow_field_new (NULL, SX_ARROW_STRUCT);
  Walk                    walk = { .footer = self, .root = root, .leaves = leaves };
  const SxParquetElement *top = take_element (&walk);

  for (guint i = 0; i < top->n_children && !walk.is_bad; i++)
    add_element (&walk, NULL, (Levels){ 0 });
  if (walk.is_bad || walk.column != self->n_columns || walk.element != self->elements->len)
    {
      g_set_error (error, SX_PIPELINE_ERROR, SX_PIPELINE_ERROR_PARSE, _ ("“%s” is damaged: %s. Get a whole copy of it, or write it again."), place, _ ("its schema cannot be understood"));
      return NULL;
    }
  return g_steal_pointer (&root);
}
