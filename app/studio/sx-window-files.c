/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-window-private.h"

#include <glib/gi18n-lib.h>

/* Opening, saving, and asking before something would be lost. */

#define SUFFIX ".sextant"

/* ---- choosing ---- */

static GtkFileFilter *
make_filter (const char *name, const char *const *suffixes)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (guint i = 0; suffixes != NULL && suffixes[i] != NULL; i++)
    gtk_file_filter_add_suffix (filter, suffixes[i][0] == '.' ? suffixes[i] + 1 : suffixes[i]);
  if (suffixes == NULL)
    gtk_file_filter_add_pattern (filter, "*");
  return filter;
}

static GtkFileFilter *
make_table_filter (void)
{
  static const char *const gzipped[] = { "gz", NULL };
  GtkFileFilter           *filter = make_filter (_ ("Tables"), gzipped);

  for (const SxFormat *const *format = sx_format_list (); *format != NULL; format++)
    for (guint i = 0; ((*format)->flags & SX_FORMAT_READS) != 0 && (*format)->suffixes[i] != NULL; i++)
      gtk_file_filter_add_suffix (filter, (*format)->suffixes[i] + 1);
  return filter;
}

static void
add_filter (GtkFileChooserNative *chooser, GtkFileFilter *filter)
{
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  g_object_unref (filter);
}

static GtkFileChooserNative *
show_chooser (SxWindow *self, const char *title, GtkFileChooserAction action, const char *accept, GCallback callback)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, accept, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", callback, self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
  return self->chooser;
}

/* The path that was chosen; NULL, perhaps after a message, when there is none. */
static char *
dup_chosen (SxWindow *self, GtkNativeDialog *dialog, int response)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (file != NULL && path == NULL)
    sx_window_say (self, _ ("Only files on this machine can be opened."), NULL, NULL);
  return path;
}

static void
open_response_cb (GtkNativeDialog *dialog, int response, SxWindow *self)
{
  g_autofree char *path = dup_chosen (self, dialog, response);
  g_autoptr (GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;

  if (file != NULL)
    sx_application_open_file (SX_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), file, self);
}

void
sx_window_choose_project (SxWindow *self)
{
  static const char *const suffixes[] = { SUFFIX, NULL };
  GtkFileChooserNative    *chooser = show_chooser (self, _ ("Open Project"), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, G_CALLBACK (open_response_cb));

  add_filter (chooser, make_filter (_ ("Sextant projects"), suffixes));
  add_filter (chooser, make_filter (_ ("All files"), NULL));
}

static void
data_response_cb (GtkNativeDialog *dialog, int response, SxWindow *self)
{
  g_autofree char *path = dup_chosen (self, dialog, response);

  if (path != NULL)
    sx_window_open_data (self, path);
}

void
sx_window_choose_data (SxWindow *self)
{
  GtkFileChooserNative *chooser = show_chooser (self, _ ("Open Data"), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, G_CALLBACK (data_response_cb));

  add_filter (chooser, make_table_filter ());
  add_filter (chooser, make_filter (_ ("All files"), NULL));
}

void
sx_window_open_sample (SxWindow *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SxDocument) document = sx_document_open_copy (path, &error);

  if (document == NULL)
    sx_window_say (self, error->message, NULL, NULL);
  else
    {
      sx_window_set_document (self, document);
      sx_canvas_show_start (sx_design_page_get_canvas (SX_DESIGN_PAGE (self->design)));
    }
}

gboolean
sx_window_drop (SxWindow *self, GdkFileList *files)
{
  GSList *list = gdk_file_list_get_files (files);

  for (GSList *each = list; each != NULL; each = each->next)
    sx_application_open_file (SX_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))), each->data, self);
  g_slist_free (list);
  return TRUE;
}

/* ---- saving ---- */

static void
remember (const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  if (uri != NULL)
    gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);
}

static void
save_to (SxWindow *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  gboolean closes = self->closes_after_save;

  self->closes_after_save = FALSE;
  if (!sx_document_save (self->document, path, &error))
    {
      sx_window_say (self, error->message, _ ("Save _As…"), "win.save-as");
      return;
    }
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self->disk_bar), FALSE);
  remember (sx_document_get_path (self->document));
  if (closes)
    gtk_window_close (GTK_WINDOW (self));
}

static void
save_response_cb (GtkNativeDialog *dialog, int response, SxWindow *self)
{
  g_autofree char *path = dup_chosen (self, dialog, response);

  if (path == NULL)
    self->closes_after_save = FALSE;
  else if (!g_str_has_suffix (path, SUFFIX))
    {
      g_autofree char *named = g_strconcat (path, SUFFIX, NULL);

      save_to (self, named);
    }
  else
    save_to (self, path);
}

void
sx_window_choose_path (SxWindow *self)
{
  static const char *const suffixes[] = { SUFFIX, NULL };
  GtkFileChooserNative    *chooser;
  g_autofree char         *name = NULL;

  if (self->document == NULL)
    return;
  chooser = show_chooser (self, _ ("Save Project"), GTK_FILE_CHOOSER_ACTION_SAVE, NULL, G_CALLBACK (save_response_cb));
  name = g_strconcat (sx_document_get_title (self->document), SUFFIX, NULL);
  g_strdelimit (name, "/", '-');
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  add_filter (chooser, make_filter (_ ("Sextant projects"), suffixes));
}

void
sx_window_save (SxWindow *self)
{
  if (self->document == NULL)
    return;
  if (sx_document_get_path (self->document) == NULL)
    sx_window_choose_path (self);
  else
    save_to (self, NULL);
}

/* ---- asking ---- */

static void
ask_response_cb (AdwMessageDialog *dialog, const char *response, SxWindow *self)
{
  if (g_str_equal (response, "discard"))
    {
      sx_document_discard (self->document);
      self->closes_after_save = TRUE;
      gtk_window_close (GTK_WINDOW (self));
    }
  else if (g_str_equal (response, "save"))
    {
      self->closes_after_save = TRUE;
      sx_window_save (self);
    }
  else
    self->is_closing = FALSE;
}

void
sx_window_ask_to_save (SxWindow *self)
{
  g_autofree char *body = g_strdup_printf (_ ("What was changed in “%s” since it was last saved will be lost."), sx_document_get_title (self->document));
  GtkWidget       *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Save Changes?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard", _ ("_Discard"), "save", _ ("_Save"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (ask_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- changes from outside ---- */

static void
changed_on_disk_cb (SxDocument *document, SxWindow *self)
{
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self->disk_bar), TRUE);
}

void
sx_window_watch_disk (SxWindow *self)
{
  gtk_info_bar_set_revealed (GTK_INFO_BAR (self->disk_bar), FALSE);
  g_signal_connect (self->document, "changed-on-disk", G_CALLBACK (changed_on_disk_cb), self);
  if (sx_document_get_path (self->document) != NULL)
    remember (sx_document_get_path (self->document));
}
