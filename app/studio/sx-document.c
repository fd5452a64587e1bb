/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-document.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A document is modified when saving would change the file. That is found out by writing the project to memory, a moment after the
 * last edit, so that undoing everything makes it unmodified again; until then an edit counts as a change. */

#define COMPARE_DELAY_MS 150
/* Beyond, an edit is a change until the next save: writing the whole project so often would be felt. */
#define MAX_COMPARED_BLOCKS 2000
#define DISK_DELAY_MS 200
#define SUFFIX ".sextant"

struct _SxDocument
{
  GObject parent_instance;

  SxGraph      *graph;
  SxHistory    *history;
  SxJournal    *journal; /* (nullable) */
  char         *journal_problem;
  char         *name; /* what the journal calls it: the path, or a uuid */
  char         *path; /* (nullable) */
  char         *title;
  char         *saved_text;
  GFileMonitor *monitor;
  guint         compare_source, disk_source;
  guint         n_recovered;
  gboolean      is_modified;
  gboolean      is_discarded;
};

G_DEFINE_FINAL_TYPE (SxDocument, sx_document, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_PATH,
  PROP_TITLE,
  PROP_IS_MODIFIED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint       changed_on_disk;

/* ---- state ---- */

static void
set_modified (SxDocument *self, gboolean is_modified)
{
  if (self->is_modified == is_modified)
    return;
  self->is_modified = is_modified;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_MODIFIED]);
}

static void
update_title (SxDocument *self)
{
  const char *title = sx_graph_get_meta (self->graph, "title");
  char       *text;

  if (title != NULL && *title != '\0')
    text = g_strdup (title);
  else if (self->path != NULL)
    {
      text = g_path_get_basename (self->path);
      if (g_str_has_suffix (text, SUFFIX))
        text[strlen (text) - strlen (SUFFIX)] = '\0';
    }
  else
    text = g_strdup (_ ("Untitled"));
  if (g_strcmp0 (text, self->title) == 0)
    {
      g_free (text);
      return;
    }
  g_free (self->title);
  self->title = text;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

static void
compare (SxDocument *self)
{
  g_autofree char *text = NULL;

  g_clear_handle_id (&self->compare_source, g_source_remove);
  if (sx_graph_get_n_blocks (self->graph) > MAX_COMPARED_BLOCKS)
    return;
  text = sx_project_to_text (self->graph, NULL);
  set_modified (self, g_strcmp0 (text, self->saved_text) != 0);
}

static gboolean
compare_cb (gpointer data)
{
  SxDocument *self = data;

  self->compare_source = 0;
  compare (self);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (SxGraph *graph, gpointer edit, SxDocument *self)
{
  set_modified (self, TRUE);
  update_title (self);
  g_clear_handle_id (&self->compare_source, g_source_remove);
  self->compare_source = g_timeout_add (COMPARE_DELAY_MS, compare_cb, self);
}

/* ---- the journal ---- */

static void
open_journal (SxDocument *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->journal_problem, g_free);
  self->journal = sx_journal_open (self->name, self->graph, &error);
  if (self->journal == NULL)
    self->journal_problem = g_strdup (error->message);
}

static void
close_journal (SxDocument *self, gboolean keeps_file)
{
  if (self->journal != NULL)
    g_clear_pointer (&self->journal, sx_journal_close);
  if (!keeps_file)
    sx_journal_discard (self->name);
}

static void
collect_cb (SxGraph *graph, SxEdit *edit, GPtrArray *edits)
{
  g_ptr_array_add (edits, sx_edit_ref (edit));
}

/* Replays the journal on a copy first: its edits then become one step of the history. When one of them does not fit, since the file
 * is no longer the one they were made in, those before it count, and the journal begins anew with them. */
static void
recover (SxDocument *self)
{
  g_autoptr (SxGraph) copy = sx_graph_snapshot (self->graph);
  g_autoptr (GPtrArray) edits = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (SxEdit) group = NULL;
  g_autofree char *text = NULL;

  g_signal_connect (copy, "changed", G_CALLBACK (collect_cb), edits);
  self->n_recovered = sx_journal_recover (self->name, copy, &error);
  g_signal_handlers_disconnect_by_data (copy, edits);
  text = sx_project_to_text (copy, NULL);
  if (self->n_recovered == 0 || (error == NULL && g_strcmp0 (text, self->saved_text) == 0))
    {
      /* Nothing that matters: edits which undid each other. */
      self->n_recovered = 0;
      sx_journal_discard (self->name);
      open_journal (self);
      return;
    }
  group = sx_edit_new_group (g_steal_pointer (&edits), _ ("Bring Back Unsaved Changes"));
  if (error != NULL)
    {
      g_message ("Not all of the journal of “%s” fits: %s", self->name, error->message);
      open_journal (self);
      if (self->journal != NULL)
        sx_journal_truncate (self->journal);
    }
  if (!sx_history_do (self->history, group, 0, NULL))
    self->n_recovered = 0;
  if (self->journal == NULL)
    open_journal (self);
  compare (self);
}

/* ---- the file ---- */

static gboolean
disk_cb (gpointer data)
{
  SxDocument      *self = data;
  g_autofree char *text = NULL;
  g_autofree char *own = NULL;

  self->disk_source = 0;
  if (self->path == NULL || !g_file_get_contents (self->path, &text, NULL, NULL) || g_strcmp0 (text, self->saved_text) == 0)
    return G_SOURCE_REMOVE;
  own = sx_project_to_text (self->graph, NULL);
  if (g_strcmp0 (text, own) != 0)
    g_signal_emit (self, changed_on_disk, 0);
  return G_SOURCE_REMOVE;
}

static void
file_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, SxDocument *self)
{
  if (self->disk_source == 0)
    self->disk_source = g_timeout_add (DISK_DELAY_MS, disk_cb, self);
}

static void
watch_file (SxDocument *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->path);

  if (self->monitor != NULL)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect (self->monitor, "changed", G_CALLBACK (file_changed_cb), self);
}

static char *
make_reference (const char *path, const char *folder)
{
  g_autofree char *prefix = folder != NULL ? g_strconcat (folder, G_DIR_SEPARATOR_S, NULL) : NULL;

  if (prefix != NULL && g_str_has_prefix (path, prefix))
    return g_strdup (path + strlen (prefix));
  return g_strdup (path);
}

/* The edits that make file parameters of @graph, which start at @from, say the same from @to. */
static GPtrArray *
list_moves (SxGraph *graph, const char *from, const char *to)
{
  GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);

  for (guint i = 0; i < sx_graph_get_n_blocks (graph); i++)
    {
      SxBlock *block = sx_graph_get_block (graph, i);

      for (const SxParamSpec *spec = sx_block_get_kind (block)->params; spec != NULL && spec->id != NULL; spec++)
        {
          g_autofree char *absolute = NULL, *reference = NULL;
          const char      *text;

          if (spec->type != SX_PARAM_FILE || !g_variant_lookup (sx_block_get_params (block), spec->id, "&s", &text) || *text == '\0')
            continue;
          absolute = g_canonicalize_filename (text, from);
          reference = make_reference (absolute, to);
          if (!g_str_equal (reference, text))
            g_ptr_array_add (edits, sx_edit_new_set_param (sx_block_get_id (block), spec->id, g_variant_new_string (reference)));
        }
    }
  return edits;
}

static gboolean
move_references (SxDocument *self, const char *path, gboolean *has_moved, GError **error)
{
  g_autofree char *from = sx_document_dup_folder (self), *to = g_path_get_dirname (path);
  g_autoptr (GPtrArray) edits = NULL;
  g_autoptr (SxEdit) group = NULL;

  *has_moved = FALSE;
  if (g_strcmp0 (from, to) == 0)
    return TRUE;
  edits = list_moves (self->graph, from, to);
  if (edits->len == 0)
    return TRUE;
  group = sx_edit_new_group (g_steal_pointer (&edits), _ ("Keep Files"));
  *has_moved = sx_history_do (self->history, group, 0, error);
  return *has_moved;
}

/* ---- replacing all ---- */

static const char *const meta_keys[] = { "title", "description", "seed", "budget", "trials", "metric" };

static void
add_contents (GPtrArray *edits, SxGraph *graph)
{
  for (guint i = 0; i < sx_graph_get_n_blocks (graph); i++)
    {
      SxBlock    *block = sx_graph_get_block (graph, i);
      const char *id = sx_block_get_id (block);
      double      x, y;

      sx_block_get_position (block, &x, &y);
      g_ptr_array_add (edits, sx_edit_new_insert_block (id, sx_block_get_kind (block), x, y, sx_block_get_params (block), sx_block_get_label (block)));
      if (sx_block_is_muted (block))
        g_ptr_array_add (edits, sx_edit_new_set_flag (id, "muted", TRUE));
      if (sx_block_is_collapsed (block))
        g_ptr_array_add (edits, sx_edit_new_set_flag (id, "collapsed", TRUE));
    }
  for (guint i = 0; i < sx_graph_get_n_links (graph); i++)
    {
      const SxLink *link = sx_graph_get_link (graph, i);

      g_ptr_array_add (edits, sx_edit_new_insert_link (link->id, link->from_block, link->from_port, link->to_block, link->to_port));
    }
  for (guint i = 0; i < sx_graph_get_n_frames (graph); i++)
    g_ptr_array_add (edits, sx_edit_new_insert_frame (sx_graph_get_frame (graph, i)));
}

static SxEdit *
make_replacement (SxGraph *from, SxGraph *to, const char *label)
{
  GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);

  for (guint i = 0; i < sx_graph_get_n_blocks (from); i++)
    g_ptr_array_add (edits, sx_edit_new_remove_block (sx_block_get_id (sx_graph_get_block (from, i))));
  for (guint i = 0; i < sx_graph_get_n_frames (from); i++)
    g_ptr_array_add (edits, sx_edit_new_remove_frame (sx_graph_get_frame (from, i)->id));
  for (guint i = 0; i < G_N_ELEMENTS (meta_keys); i++)
    if (g_strcmp0 (sx_graph_get_meta (from, meta_keys[i]), sx_graph_get_meta (to, meta_keys[i])) != 0)
      g_ptr_array_add (edits, sx_edit_new_set_meta (meta_keys[i], sx_graph_get_meta (to, meta_keys[i])));
  add_contents (edits, to);
  return sx_edit_new_group (edits, label);
}

gboolean
sx_document_replace (SxDocument *self, SxGraph *graph, const char *label, GError **error)
{
  g_autoptr (SxEdit) edit = make_replacement (self->graph, graph, label);

  g_return_val_if_fail (SX_IS_DOCUMENT (self), FALSE);
  return sx_history_do (self->history, edit, 0, error);
}

/* ---- object ---- */

static void
sx_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SxDocument *self = SX_DOCUMENT (object);

  switch (id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_IS_MODIFIED:
      g_value_set_boolean (value, self->is_modified);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sx_document_dispose (GObject *object)
{
  SxDocument *self = SX_DOCUMENT (object);

  if (self->compare_source != 0)
    compare (self);
  g_clear_handle_id (&self->disk_source, g_source_remove);
  if (self->monitor != NULL)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  if (self->graph != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->graph, self);
      close_journal (self, self->is_modified && !self->is_discarded);
    }
  g_clear_object (&self->history);
  g_clear_object (&self->graph);
  G_OBJECT_CLASS (sx_document_parent_class)->dispose (object);
}

static void
sx_document_finalize (GObject *object)
{
  SxDocument *self = SX_DOCUMENT (object);

  g_free (self->journal_problem);
  g_free (self->name);
  g_free (self->path);
  g_free (self->title);
  g_free (self->saved_text);
  G_OBJECT_CLASS (sx_document_parent_class)->finalize (object);
}

static void
sx_document_class_init (SxDocumentClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = sx_document_get_property;
  object_class->dispose = sx_document_dispose;
  object_class->finalize = sx_document_finalize;
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_IS_MODIFIED] = g_param_spec_boolean ("is-modified", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  changed_on_disk = g_signal_new ("changed-on-disk", SX_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sx_document_init (SxDocument *self)
{
}

/* @graph is as saved, or empty. */
static SxDocument *
new_for_graph (SxGraph *graph, const char *path, const char *name)
{
  SxDocument *self = g_object_new (SX_TYPE_DOCUMENT, NULL);

  self->graph = g_object_ref (graph);
  self->history = sx_history_new (graph);
  self->path = g_strdup (path);
  self->name = name != NULL ? g_strdup (name) : g_uuid_string_random ();
  self->saved_text = sx_project_to_text (graph, NULL);
  g_signal_connect (graph, "changed", G_CALLBACK (changed_cb), self);
  update_title (self);
  return self;
}

SxDocument *
sx_document_new (void)
{
  g_autoptr (SxGraph) graph = sx_graph_new ();
  SxDocument *self = new_for_graph (graph, NULL, NULL);

  open_journal (self);
  return self;
}

SxDocument *
sx_document_open (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autoptr (SxGraph) graph = sx_project_load (absolute, error);
  SxDocument *self;

  if (graph == NULL)
    return NULL;
  self = new_for_graph (graph, absolute, absolute);
  recover (self);
  watch_file (self);
  return self;
}

SxDocument *
sx_document_open_copy (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (SxGraph) graph = sx_project_load (path, error);
  g_autoptr (SxGraph) empty = sx_graph_new ();
  g_autoptr (GPtrArray) moves = NULL;
  SxDocument *self;

  if (graph == NULL)
    return NULL;
  moves = list_moves (graph, folder, NULL);
  for (guint i = 0; i < moves->len; i++)
    {
      g_autoptr (SxEdit) inverse = sx_graph_apply (graph, g_ptr_array_index (moves, i), error);

      if (inverse == NULL)
        return NULL;
    }
  self = new_for_graph (empty, NULL, NULL);
  open_journal (self);
  if (!sx_document_replace (self, graph, _ ("Create Project"), error))
    {
      g_clear_object (&self);
      return NULL;
    }
  /* The journal has it, should there be a crash; but nobody need be asked to save what they only looked at. */
  g_free (self->saved_text);
  self->saved_text = sx_project_to_text (graph, NULL);
  compare (self);
  return self;
}

SxDocument *
sx_document_recover (const char *name, GError **error)
{
  g_autoptr (SxGraph) graph = NULL;
  SxDocument *self;

  if (g_path_is_absolute (name))
    return sx_document_open (name, error);
  graph = sx_graph_new ();
  self = new_for_graph (graph, NULL, name);
  recover (self);
  return self;
}

GStrv
sx_document_list_unsaved (void)
{
  return sx_journal_list ();
}

SxGraph *
sx_document_get_graph (SxDocument *self)
{
  g_return_val_if_fail (SX_IS_DOCUMENT (self), NULL);
  return self->graph;
}

SxHistory *
sx_document_get_history (SxDocument *self)
{
  g_return_val_if_fail (SX_IS_DOCUMENT (self), NULL);
  return self->history;
}

const char *
sx_document_get_path (SxDocument *self)
{
  g_return_val_if_fail (SX_IS_DOCUMENT (self), NULL);
  return self->path;
}

const char *
sx_document_get_title (SxDocument *self)
{
  g_return_val_if_fail (SX_IS_DOCUMENT (self), NULL);
  return self->title;
}

gboolean
sx_document_is_modified (SxDocument *self)
{
  g_return_val_if_fail (SX_IS_DOCUMENT (self), FALSE);
  if (self->compare_source != 0)
    compare (self);
  return self->is_modified;
}

guint
sx_document_get_n_recovered (SxDocument *self)
{
  g_return_val_if_fail (SX_IS_DOCUMENT (self), 0);
  return self->n_recovered;
}

const char *
sx_document_get_journal_problem (SxDocument *self)
{
  g_return_val_if_fail (SX_IS_DOCUMENT (self), NULL);
  return self->journal_problem;
}

char *
sx_document_dup_folder (SxDocument *self)
{
  g_return_val_if_fail (SX_IS_DOCUMENT (self), NULL);
  return self->path != NULL ? g_path_get_dirname (self->path) : NULL;
}

char *
sx_document_dup_reference (SxDocument *self, const char *path)
{
  g_autofree char *folder = sx_document_dup_folder (self);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  return make_reference (absolute, folder);
}

/* ---- saving ---- */

static void
set_path (SxDocument *self, const char *path)
{
  if (g_strcmp0 (self->path, path) == 0)
    return;
  close_journal (self, FALSE);
  g_free (self->path);
  g_free (self->name);
  self->path = g_strdup (path);
  self->name = g_strdup (path);
  open_journal (self);
  watch_file (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PATH]);
  update_title (self);
}

gboolean
sx_document_save (SxDocument *self, const char *path, GError **error)
{
  g_autofree char *target = NULL, *text = NULL;
  gboolean         has_moved;
  gsize            size;

  g_return_val_if_fail (SX_IS_DOCUMENT (self) && (path != NULL || self->path != NULL), FALSE);
  target = g_canonicalize_filename (path != NULL ? path : self->path, NULL);
  if (!move_references (self, target, &has_moved, error))
    return FALSE;
  text = sx_project_to_text (self->graph, &size);
  if (!sx_file_replace (target, text, (gssize)size, error))
    {
      if (has_moved)
        sx_history_undo (self->history);
      return FALSE;
    }
  g_free (self->saved_text);
  self->saved_text = g_steal_pointer (&text);
  set_path (self, target);
  if (self->journal != NULL)
    sx_journal_truncate (self->journal);
  g_clear_handle_id (&self->compare_source, g_source_remove);
  set_modified (self, FALSE);
  return TRUE;
}

gboolean
sx_document_reload (SxDocument *self, GError **error)
{
  g_autoptr (SxGraph) graph = NULL;

  g_return_val_if_fail (SX_IS_DOCUMENT (self) && self->path != NULL, FALSE);
  graph = sx_project_load (self->path, error);
  if (graph == NULL || !sx_document_replace (self, graph, _ ("Reload"), error))
    return FALSE;
  g_free (self->saved_text);
  self->saved_text = sx_project_to_text (graph, NULL);
  /* The journal's edits lead from the file as it was; from now on they lead from this one. */
  if (self->journal != NULL)
    sx_journal_truncate (self->journal);
  compare (self);
  return TRUE;
}

void
sx_document_discard (SxDocument *self)
{
  g_return_if_fail (SX_IS_DOCUMENT (self));
  self->is_discarded = TRUE;
}
