/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* Undo and redo: a list of steps and how many of them are done. A step holds its edit and the inverse that applying it gave; undoing
 * applies the inverse and keeps the edit that it gives in turn. */

#include "config.h"

#include "sx-graph-private.h"

#include <glib/gi18n-lib.h>

/* Changes of one parameter closer together than this are typing, and one step. */
#define TYPING_MICROSECONDS G_USEC_PER_SEC
#define MAX_STEPS 1000

/* ---- one step ---- */

#define SX_TYPE_HISTORY_STEP (sx_history_step_get_type ())
G_DECLARE_FINAL_TYPE (SxHistoryStep, sx_history_step, SX, HISTORY_STEP, GObject)

struct _SxHistoryStep
{
  GObject parent_instance;
  char   *label;
  SxEdit *forward;  /* what was done last */
  SxEdit *backward; /* undoes the whole step */
  guint   gesture;
  gint64  time; /* monotonic, of the last change */
};

G_DEFINE_FINAL_TYPE (SxHistoryStep, sx_history_step, G_TYPE_OBJECT)

enum {
  STEP_PROP_0,
  STEP_PROP_LABEL,
};

static void
sx_history_step_finalize (GObject *object)
{
  SxHistoryStep *self = SX_HISTORY_STEP (object);

  g_free (self->label);
  g_clear_pointer (&self->forward, sx_edit_unref);
  g_clear_pointer (&self->backward, sx_edit_unref);
  G_OBJECT_CLASS (sx_history_step_parent_class)->finalize (object);
}

static void
sx_history_step_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == STEP_PROP_LABEL)
    g_value_set_string (value, SX_HISTORY_STEP (object)->label);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
sx_history_step_class_init (SxHistoryStepClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sx_history_step_finalize;
  G_OBJECT_CLASS (klass)->get_property = sx_history_step_get_property;
  g_object_class_install_property (G_OBJECT_CLASS (klass), STEP_PROP_LABEL, g_param_spec_string ("label", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
sx_history_step_init (SxHistoryStep *self)
{
}

/* ---- the list of steps ---- */

struct _SxHistory
{
  GObject    parent_instance;
  SxGraph   *graph;
  GPtrArray *steps;
  guint      n_done; /* the steps before this one are done, the rest can be redone */
  guint      last_gesture;
};

static GType
get_item_type (GListModel *model)
{
  return SX_TYPE_HISTORY_STEP;
}

static guint
get_n_items (GListModel *model)
{
  return SX_HISTORY (model)->steps->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  SxHistory *self = SX_HISTORY (model);

  return position < self->steps->len ? g_object_ref (g_ptr_array_index (self->steps, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SxHistory, sx_history, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum {
  PROP_0,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  PROP_UNDO_LABEL,
  PROP_REDO_LABEL,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static SxHistoryStep *
get_undo_step (SxHistory *self)
{
  return self->n_done > 0 ? g_ptr_array_index (self->steps, self->n_done - 1) : NULL;
}

static SxHistoryStep *
get_redo_step (SxHistory *self)
{
  return self->n_done < self->steps->len ? g_ptr_array_index (self->steps, self->n_done) : NULL;
}

static void
sx_history_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SxHistory     *self = SX_HISTORY (object);
  SxHistoryStep *step = id == PROP_UNDO_LABEL || id == PROP_CAN_UNDO ? get_undo_step (self) : get_redo_step (self);

  switch (id)
    {
    case PROP_CAN_UNDO:
    case PROP_CAN_REDO:
      g_value_set_boolean (value, step != NULL);
      break;
    case PROP_UNDO_LABEL:
    case PROP_REDO_LABEL:
      g_value_set_string (value, step != NULL ? step->label : NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sx_history_finalize (GObject *object)
{
  SxHistory *self = SX_HISTORY (object);

  g_ptr_array_unref (self->steps);
  g_clear_object (&self->graph);
  G_OBJECT_CLASS (sx_history_parent_class)->finalize (object);
}

static void
sx_history_class_init (SxHistoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sx_history_finalize;
  object_class->get_property = sx_history_get_property;
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  properties[PROP_UNDO_LABEL] = g_param_spec_string ("undo-label", NULL, NULL, NULL, flags);
  properties[PROP_REDO_LABEL] = g_param_spec_string ("redo-label", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sx_history_init (SxHistory *self)
{
  self->steps = g_ptr_array_new_with_free_func (g_object_unref);
}

SxHistory *
sx_history_new (SxGraph *graph)
{
  SxHistory *self = g_object_new (SX_TYPE_HISTORY, NULL);

  self->graph = g_object_ref (graph);
  return self;
}

SxGraph *
sx_history_get_graph (SxHistory *self)
{
  g_return_val_if_fail (SX_IS_HISTORY (self), NULL);
  return self->graph;
}

guint
sx_history_begin_gesture (SxHistory *self)
{
  g_return_val_if_fail (SX_IS_HISTORY (self), 0);
  return ++self->last_gesture;
}

static void
notify_all (SxHistory *self)
{
  for (guint i = 1; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

/* ---- merging ---- */

/* Do both set the same things, so that undoing the first undoes the second too? */
static gboolean
sets_the_same (const SxEdit *a, const SxEdit *b)
{
  if (a->type != b->type || g_strcmp0 (a->target, b->target) != 0)
    return FALSE;
  switch (a->type)
    {
    case SX_EDIT_MOVE_BLOCK:
    case SX_EDIT_SET_FRAME:
    case SX_EDIT_SET_LABEL:
      return TRUE;
    case SX_EDIT_SET_PARAM:
    case SX_EDIT_SET_META:
    case SX_EDIT_SET_FLAG:
      return g_strcmp0 (a->key, b->key) == 0;
    case SX_EDIT_GROUP:
      if (a->children->len != b->children->len)
        return FALSE;
      for (guint i = 0; i < a->children->len; i++)
        if (!sets_the_same (g_ptr_array_index (a->children, i), g_ptr_array_index (b->children, i)))
          return FALSE;
      return TRUE;
    case SX_EDIT_INSERT_BLOCK:
    case SX_EDIT_REMOVE_BLOCK:
    case SX_EDIT_INSERT_LINK:
    case SX_EDIT_REMOVE_LINK:
    case SX_EDIT_INSERT_FRAME:
    case SX_EDIT_REMOVE_FRAME:
    default:
      return FALSE;
    }
}

static SxEdit *
pair (SxEdit *first, SxEdit *second, const char *label)
{
  GPtrArray *both = g_ptr_array_new ();

  g_ptr_array_add (both, sx_edit_ref (first));
  g_ptr_array_add (both, sx_edit_ref (second));
  return sx_edit_new_group (both, label);
}

/* The step that @edit goes on with, if any. */
static SxHistoryStep *
find_continued (SxHistory *self, const SxEdit *edit, guint gesture)
{
  SxHistoryStep *last = get_undo_step (self);

  if (last == NULL || self->n_done < self->steps->len)
    return NULL;
  if (gesture != 0)
    return last->gesture == gesture ? last : NULL;
  if (last->gesture == 0 && edit->type == SX_EDIT_SET_PARAM && sets_the_same (last->forward, edit) && g_get_monotonic_time () - last->time < TYPING_MICROSECONDS)
    return last;
  return NULL;
}

static void
merge (SxHistoryStep *step, const SxEdit *edit, SxEdit *inverse)
{
  if (sets_the_same (step->forward, edit))
    {
      sx_edit_unref (step->forward);
      step->forward = sx_edit_ref ((SxEdit *)edit);
    }
  else
    {
      SxEdit *forward = pair (step->forward, (SxEdit *)edit, step->label);
      SxEdit *backward = pair (inverse, step->backward, step->label);

      sx_edit_unref (step->forward);
      sx_edit_unref (step->backward);
      step->forward = forward;
      step->backward = backward;
    }
  step->time = g_get_monotonic_time ();
}

static void
drop_steps (SxHistory *self, guint first, guint n)
{
  if (n == 0)
    return;
  g_ptr_array_remove_range (self->steps, first, n);
  g_list_model_items_changed (G_LIST_MODEL (self), first, n, 0);
}

gboolean
sx_history_do (SxHistory *self, const SxEdit *edit, guint gesture, GError **error)
{
  g_autofree char *label = NULL;
  SxHistoryStep   *step;
  SxEdit          *inverse;

  g_return_val_if_fail (SX_IS_HISTORY (self) && edit != NULL, FALSE);
  label = sx_edit_dup_label (edit, self->graph);
  step = find_continued (self, edit, gesture);
  inverse = sx_graph_apply (self->graph, edit, error);
  if (inverse == NULL)
    return FALSE;
  if (step != NULL)
    {
      merge (step, edit, inverse);
      sx_edit_unref (inverse);
      notify_all (self);
      return TRUE;
    }
  drop_steps (self, self->n_done, self->steps->len - self->n_done);
  if (self->steps->len == MAX_STEPS)
    {
      drop_steps (self, 0, 1);
      self->n_done--;
    }
  step = g_object_new (SX_TYPE_HISTORY_STEP, NULL);
  step->label = g_steal_pointer (&label);
  step->forward = sx_edit_ref ((SxEdit *)edit);
  step->backward = inverse;
  step->gesture = gesture;
  step->time = g_get_monotonic_time ();
  g_ptr_array_add (self->steps, step);
  self->n_done++;
  g_list_model_items_changed (G_LIST_MODEL (self), self->n_done - 1, 0, 1);
  notify_all (self);
  return TRUE;
}

/* Applies one side of a step and stores what comes back as the other. */
static void
swing (SxHistory *self, SxEdit **from, SxEdit **to)
{
  g_autoptr (GError) error = NULL;
  SxEdit *back = sx_graph_apply (self->graph, *from, &error);

  /* The history holds every edit there was, so its inverses always fit. */
  if (back == NULL)
    g_error ("An undo step does not fit: %s", error->message);
  sx_edit_unref (*to);
  *to = back;
}

gboolean
sx_history_undo (SxHistory *self)
{
  SxHistoryStep *step;

  g_return_val_if_fail (SX_IS_HISTORY (self), FALSE);
  step = get_undo_step (self);
  if (step == NULL)
    return FALSE;
  swing (self, &step->backward, &step->forward);
  self->n_done--;
  notify_all (self);
  return TRUE;
}

gboolean
sx_history_redo (SxHistory *self)
{
  SxHistoryStep *step;

  g_return_val_if_fail (SX_IS_HISTORY (self), FALSE);
  step = get_redo_step (self);
  if (step == NULL)
    return FALSE;
  swing (self, &step->forward, &step->backward);
  step->gesture = 0; /* a gesture that goes on does not change what was redone */
  self->n_done++;
  notify_all (self);
  return TRUE;
}

gboolean
sx_history_can_undo (SxHistory *self)
{
  return get_undo_step (self) != NULL;
}

gboolean
sx_history_can_redo (SxHistory *self)
{
  return get_redo_step (self) != NULL;
}
