/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-guide-bar.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sx-engine.h>

#include "compile/sx-propose.h"

/* Rows by which targets and label spellings are judged. */
#define MAX_ROWS 5000
#define DELAY_MS 150
#define MODEL_PREFIX "model."
/* Where blocks stand; at the zoom below a view still shows what is written in them. */
#define BLOCK_SPACING 260.0
#define ROW_SPACING 190.0
#define LEAST_ZOOM 0.6
#define MIN_BLOCKS_A_ROW 3

struct _SxGuideBar
{
  GtkWidget parent_instance;

  GtkWidget *revealer, *targets, *models, *build;

  SxDocument   *document;
  char         *tail; /* (nullable): id of the block whose table is looked at */
  SxFrame      *frame;
  GCancellable *cancellable;
  guint         source;
  gboolean      is_dismissed;
  guint         n_sources; /* when it was dismissed */
};

G_DEFINE_FINAL_TYPE (SxGuideBar, sx_guide_bar, GTK_TYPE_WIDGET)

enum {
  BUILT,
  MESSAGE,
  READY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- the table ---- */

static gboolean
gives_table (SxBlock *block)
{
  for (const SxPortSpec *port = sx_block_get_kind (block)->ports; port->id != NULL; port++)
    if (port->direction == SX_PORT_OUT && port->type == SX_PORT_TABLE)
      return TRUE;
  return FALSE;
}

static guint
count_kind (SxGraph *graph, SxBlockCategory category)
{
  guint n = 0;

  for (guint i = 0; i < sx_graph_get_n_blocks (graph); i++)
    n += sx_block_get_kind (sx_graph_get_block (graph, i))->category == category;
  return n;
}

/* The newest block whose table nobody takes yet. */
static SxBlock *
find_tail (SxGraph *graph)
{
  for (guint i = sx_graph_get_n_blocks (graph); i-- > 0;)
    {
      SxBlock *block = sx_graph_get_block (graph, i);
      g_autoptr (GPtrArray) links = sx_graph_list_links (graph, sx_block_get_id (block), SX_PORT_OUT, NULL);
      g_autoptr (GPtrArray) upstream = NULL;

      if (!gives_table (block) || links->len > 0)
        continue;
      upstream = sx_graph_sort_upstream (graph, sx_block_get_id (block));
      if (upstream->len > 0 && sx_block_get_kind (upstream->pdata[0])->category == SX_BLOCK_SOURCE)
        return block;
    }
  return NULL;
}

/* ---- columns, found in a thread ---- */

typedef struct
{
  SxGraph *graph;
  char    *block;
  char    *folder;
  SxFrame *frame;
  GStrv    targets;
} Work;

static void
work_free (Work *work)
{
  g_object_unref (work->graph);
  g_free (work->block);
  g_free (work->folder);
  g_clear_pointer (&work->frame, sx_frame_unref);
  g_strfreev (work->targets);
  g_free (work);
}

static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work   *work = data;
  GError *error = NULL;

  work->frame = sx_graph_preview (work->graph, work->block, work->folder, MAX_ROWS, cancellable, &error);
  if (work->frame == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  work->targets = sx_propose_targets (work->frame);
  g_task_return_boolean (task, TRUE);
}

static void
set_shown (SxGuideBar *self, gboolean is_shown)
{
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), is_shown);
}

static void
show_targets (SxGuideBar *self, const char *const *targets)
{
  g_autofree char *before = g_strdup (sx_guide_bar_get_target (self));
  g_autoptr (GtkStringList) names = gtk_string_list_new (targets);

  gtk_drop_down_set_model (GTK_DROP_DOWN (self->targets), G_LIST_MODEL (names));
  if (before != NULL)
    sx_guide_bar_set_target (self, before);
  gtk_widget_set_sensitive (self->build, targets[0] != NULL);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SxGuideBar *self = SX_GUIDE_BAR (source);
  Work       *work = g_task_get_task_data (G_TASK (result));
  gboolean    ok = g_task_propagate_boolean (G_TASK (result), NULL);

  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->frame, sx_frame_unref);
  if (ok)
    {
      self->frame = sx_frame_ref (work->frame);
      show_targets (self, (const char *const *)work->targets);
    }
  set_shown (self, ok);
  g_signal_emit (self, signals[READY], 0);
}

static void
cancel (SxGuideBar *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static gboolean
look_cb (gpointer data)
{
  SxGuideBar *self = data;
  SxGraph    *graph = sx_document_get_graph (self->document);
  guint       n_sources = count_kind (graph, SX_BLOCK_SOURCE);
  SxBlock    *tail;
  g_autoptr (GTask) task = NULL;
  Work *work;

  self->source = 0;
  cancel (self);
  /* Another table is another question. */
  if (n_sources > self->n_sources)
    self->is_dismissed = FALSE;
  tail = self->is_dismissed || count_kind (graph, SX_BLOCK_MODEL) > 0 ? NULL : find_tail (graph);
  g_free (self->tail);
  self->tail = tail != NULL ? g_strdup (sx_block_get_id (tail)) : NULL;
  if (tail == NULL)
    {
      set_shown (self, FALSE);
      return G_SOURCE_REMOVE;
    }
  work = g_new0 (Work, 1);
  work->graph = sx_graph_snapshot (graph);
  work->block = g_strdup (self->tail);
  work->folder = sx_document_dup_folder (self->document);
  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, looked_cb, NULL);
  g_task_set_task_data (task, work, (GDestroyNotify)work_free);
  g_task_run_in_thread (task, look_thread);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (SxGraph *graph, gpointer edit, SxGuideBar *self)
{
  SxEditType type = sx_edit_get_edit_type (edit);

  if (type == SX_EDIT_MOVE_BLOCK || type == SX_EDIT_SET_LABEL || type == SX_EDIT_SET_FRAME)
    return;
  g_clear_handle_id (&self->source, g_source_remove);
  self->source = g_timeout_add (DELAY_MS, look_cb, self);
}

/* ---- building ---- */

static char *
make_id (SxGraph *graph, GHashTable *taken, const char *wanted)
{
  char *id = g_strdup (wanted);

  for (guint i = 2; sx_graph_find_block (graph, id) != NULL || g_hash_table_contains (taken, id); i++)
    {
      g_free (id);
      id = g_strdup_printf ("%s-%u", wanted, i);
    }
  return id;
}

static char *
make_link_id (SxGraph *graph, guint *number)
{
  for (;;)
    {
      g_autofree char *id = g_strdup_printf ("l%u", ++*number);

      if (sx_graph_find_link (graph, id) == NULL)
        return g_steal_pointer (&id);
    }
}

/* All of @proposed but its source, which the tail stands for, in rows of @n_a_row. @model: (out): the model block's id in @graph. */
static SxEdit *
make_extension (SxGraph *graph, SxBlock *tail, SxGraph *proposed, guint n_a_row, char **model)
{
  GPtrArray  *edits = g_ptr_array_new_with_free_func ((GDestroyNotify)sx_edit_unref);
  SxBlock    *source = sx_graph_get_block (proposed, 0);
  const char *title = sx_graph_get_meta (graph, "title"), *new_title = sx_graph_get_meta (proposed, "title");
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  double x, y;
  guint  number = 0;

  *model = NULL;
  sx_block_get_position (tail, &x, &y);
  g_hash_table_insert (ids, g_strdup (sx_block_get_id (source)), (gpointer)sx_block_get_id (tail));
  if (new_title != NULL && (title == NULL || *title == '\0'))
    g_ptr_array_add (edits, sx_edit_new_set_meta ("title", new_title));
  for (guint i = 1; i < sx_graph_get_n_blocks (proposed); i++)
    {
      SxBlock *block = sx_graph_get_block (proposed, i);
      char    *id = make_id (graph, taken, sx_block_get_id (block));
      double   block_x = x + i % n_a_row * BLOCK_SPACING, block_y = y + i / n_a_row * ROW_SPACING;

      g_hash_table_add (taken, id);
      g_hash_table_insert (ids, g_strdup (sx_block_get_id (block)), id);
      g_ptr_array_add (edits, sx_edit_new_insert_block (id, sx_block_get_kind (block), block_x, block_y, sx_block_get_params (block),
                                                        sx_block_get_label (block)));
      if (sx_block_get_kind (block)->category == SX_BLOCK_MODEL)
        *model = g_strdup (id);
    }
  for (guint i = 0; i < sx_graph_get_n_links (proposed); i++)
    {
      const SxLink    *link = sx_graph_get_link (proposed, i);
      g_autofree char *id = make_link_id (graph, &number);
      const char      *from_port = link->from_port;

      /* The tail's table may leave by a port of another name than a source's. */
      if (g_str_equal (link->from_block, sx_block_get_id (source)))
        for (const SxPortSpec *port = sx_block_get_kind (tail)->ports; port->id != NULL; port++)
          if (port->direction == SX_PORT_OUT && port->type == SX_PORT_TABLE)
            from_port = port->id;
      g_ptr_array_add (edits, sx_edit_new_insert_link (id, g_hash_table_lookup (ids, link->from_block), from_port, g_hash_table_lookup (ids, link->to_block),
                                                       link->to_port));
    }
  return sx_edit_new_group (edits, _ ("Build Project"));
}

/* The data's name, for the project's title: “churn” of churn.csv. */
static char *
dup_data_name (SxGraph *graph, const char *tail)
{
  g_autoptr (GPtrArray) upstream = sx_graph_sort_upstream (graph, tail);
  const char *file = NULL;
  char       *name;

  g_variant_lookup (sx_block_get_params (upstream->pdata[0]), "file", "&s", &file);
  name = g_path_get_basename (file != NULL ? file : "");
  if (strchr (name, '.') > name)
    *strchr (name, '.') = '\0';
  return name;
}

static const SxBlockKind *
get_model (SxGuideBar *self)
{
  guint place = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->models));

  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    if ((*kind)->category == SX_BLOCK_MODEL && place-- == 0)
      return *kind;
  return NULL;
}

gboolean
sx_guide_bar_build (SxGuideBar *self, GError **error)
{
  SxGraph           *graph = sx_document_get_graph (self->document);
  SxBlock           *tail = self->tail != NULL ? sx_graph_find_block (graph, self->tail) : NULL;
  const SxBlockKind *kind = get_model (self);
  const char        *target = sx_guide_bar_get_target (self);
  g_autoptr (SxGraph) proposed = NULL;
  g_autoptr (SxEdit) edit = NULL;
  g_autofree char *name = NULL, *model = NULL;
  int              width = gtk_widget_get_width (GTK_WIDGET (self));
  guint            n_a_row = width > 0 ? MAX (MIN_BLOCKS_A_ROW, (guint)(width / (BLOCK_SPACING * LEAST_ZOOM))) : G_MAXUINT;

  if (tail == NULL || self->frame == NULL || kind == NULL || target == NULL)
    {
      g_set_error (error, SX_ENGINE_ERROR, SX_ENGINE_ERROR_DATA, _ ("There is no table to build a project on yet. Open data first."));
      return FALSE;
    }
  name = dup_data_name (graph, self->tail);
  /* The source's own part of the proposal is not taken, so its path and format only have to be ones that exist. */
  proposed = sx_propose_project (&(SxProposal){ .path = name, .format = "csv", .target = target, .topology = kind->id + strlen (MODEL_PREFIX), .title = *name != '\0' ? name : NULL },
                                 self->frame, error);
  if (proposed == NULL)
    return FALSE;
  edit = make_extension (graph, tail, proposed, n_a_row, &model);
  if (!sx_history_do (sx_document_get_history (self->document), edit, 0, error))
    return FALSE;
  g_signal_emit (self, signals[BUILT], 0, model);
  return TRUE;
}

static void
build_cb (GtkButton *button, SxGuideBar *self)
{
  g_autoptr (GError) error = NULL;

  if (!sx_guide_bar_build (self, &error))
    g_signal_emit (self, signals[MESSAGE], 0, error->message);
}

static void
dismiss_cb (GtkButton *button, SxGuideBar *self)
{
  self->is_dismissed = TRUE;
  self->n_sources = count_kind (sx_document_get_graph (self->document), SX_BLOCK_SOURCE);
  set_shown (self, FALSE);
}

/* ---- choices ---- */

void
sx_guide_bar_set_topology (SxGuideBar *self, const char *topology)
{
  guint place = 0;

  g_return_if_fail (SX_IS_GUIDE_BAR (self));
  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    {
      if ((*kind)->category != SX_BLOCK_MODEL)
        continue;
      if (g_str_equal ((*kind)->id + strlen (MODEL_PREFIX), topology))
        gtk_drop_down_set_selected (GTK_DROP_DOWN (self->models), place);
      place++;
    }
}

void
sx_guide_bar_set_target (SxGuideBar *self, const char *column)
{
  GListModel *names;

  g_return_if_fail (SX_IS_GUIDE_BAR (self));
  names = gtk_drop_down_get_model (GTK_DROP_DOWN (self->targets));
  for (guint i = 0; names != NULL && i < g_list_model_get_n_items (names); i++)
    if (g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (names), i), column))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->targets), i);
}

const char *
sx_guide_bar_get_target (SxGuideBar *self)
{
  GtkStringObject *item;

  g_return_val_if_fail (SX_IS_GUIDE_BAR (self), NULL);
  item = gtk_drop_down_get_selected_item (GTK_DROP_DOWN (self->targets));
  return item != NULL ? gtk_string_object_get_string (item) : NULL;
}

/* ---- widget ---- */

static void
sx_guide_bar_dispose (GObject *object)
{
  SxGuideBar *self = SX_GUIDE_BAR (object);

  cancel (self);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (sx_document_get_graph (self->document), self);
  g_clear_pointer (&self->revealer, gtk_widget_unparent);
  g_clear_pointer (&self->frame, sx_frame_unref);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (sx_guide_bar_parent_class)->dispose (object);
}

static void
sx_guide_bar_finalize (GObject *object)
{
  g_free (SX_GUIDE_BAR (object)->tail);
  G_OBJECT_CLASS (sx_guide_bar_parent_class)->finalize (object);
}

static void
sx_guide_bar_class_init (SxGuideBarClass *class)
{
  G_OBJECT_CLASS (class)->dispose = sx_guide_bar_dispose;
  G_OBJECT_CLASS (class)->finalize = sx_guide_bar_finalize;
  signals[BUILT] = g_signal_new ("built", SX_TYPE_GUIDE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[MESSAGE] = g_signal_new ("message", SX_TYPE_GUIDE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[READY] = g_signal_new ("ready", SX_TYPE_GUIDE_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sx-guide-bar");
}

static GtkWidget *
make_drop_down (const char *label)
{
  GtkWidget *widget = gtk_drop_down_new (NULL, gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string"));

  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_tooltip_text (widget, label);
  return widget;
}

static void
fill_models (SxGuideBar *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (const SxBlockKind *const *kind = sx_block_kind_list (); *kind != NULL; kind++)
    if ((*kind)->category == SX_BLOCK_MODEL)
      gtk_string_list_append (titles, _ ((*kind)->title));
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->models), G_LIST_MODEL (titles));
  /* Boosted trees are the strongest single model on most tables. */
  sx_guide_bar_set_topology (self, "trees");
}

static void
sx_guide_bar_init (SxGuideBar *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9), *dismiss = gtk_button_new_with_label (_ ("Build by hand"));
  GtkWidget *predict = gtk_label_new (_ ("Predict")), *with = gtk_label_new (_ ("with")), *strip;

  self->targets = make_drop_down (_ ("Column to predict"));
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (self->targets), TRUE);
  self->models = make_drop_down (_ ("What to train"));
  self->build = gtk_button_new_with_mnemonic (_ ("_Build Project"));
  gtk_widget_add_css_class (self->build, "suggested-action");
  gtk_widget_add_css_class (dismiss, "flat");
  g_signal_connect (self->build, "clicked", G_CALLBACK (build_cb), self);
  g_signal_connect (dismiss, "clicked", G_CALLBACK (dismiss_cb), self);
  gtk_box_append (GTK_BOX (bar), predict);
  gtk_box_append (GTK_BOX (bar), self->targets);
  gtk_box_append (GTK_BOX (bar), with);
  gtk_box_append (GTK_BOX (bar), self->models);
  gtk_box_append (GTK_BOX (bar), self->build);
  gtk_box_append (GTK_BOX (bar), dismiss);
  gtk_widget_set_halign (bar, GTK_ALIGN_CENTER);
  strip = adw_bin_new ();
  adw_bin_set_child (ADW_BIN (strip), bar);
  gtk_widget_add_css_class (strip, "sx-guide");
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), strip);
  gtk_widget_set_parent (self->revealer, GTK_WIDGET (self));
  fill_models (self);
}

GtkWidget *
sx_guide_bar_new (SxDocument *document)
{
  SxGuideBar *self = g_object_new (SX_TYPE_GUIDE_BAR, NULL);

  self->document = g_object_ref (document);
  g_signal_connect (sx_document_get_graph (document), "changed", G_CALLBACK (changed_cb), self);
  self->source = g_timeout_add (DELAY_MS, look_cb, self);
  return GTK_WIDGET (self);
}
