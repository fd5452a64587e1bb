/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

/* What charts and matrices have in common: their heading with its menu, and being written to a file. */

#include "config.h"

#include "sx-picture.h"

#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define PNG_SCALE 2.0

/* ---- files ---- */

void
sx_csv_append_text (GString *csv, const char *text)
{
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (csv, text);
      return;
    }
  g_string_append_c (csv, '"');
  for (const char *c = text; *c; c++)
    {
      if (*c == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *c);
    }
  g_string_append_c (csv, '"');
}

void
sx_csv_append_number (GString *csv, double value)
{
  static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
  char                     text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (text, sizeof text, formats[i], value);
      if (g_ascii_strtod (text, NULL) == value)
        break;
    }
  g_string_append (csv, text);
}

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* In memory first: the file is whole, or as it was. */
static cairo_status_t
draw_picture (GByteArray *bytes, gboolean is_svg, double width, double height, SxPictureDraw draw, gpointer data)
{
  double           scale = is_svg ? 1.0 : PNG_SCALE;
  cairo_surface_t *surface;
  cairo_status_t   status;
  cairo_t         *cr;

  if (is_svg)
    surface = cairo_svg_surface_create_for_stream (write_cb, bytes, width, height);
  else
    surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int)ceil (width * scale), (int)ceil (height * scale));
  cr = cairo_create (surface);
  cairo_scale (cr, scale, scale);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_paint (cr);
  draw (cr, width, height, data);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && !is_svg)
    status = cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return status;
}

gboolean
sx_picture_write (const char *path, double width, double height, SxPictureDraw draw, gpointer data, const char *csv, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) problem = NULL;
  gboolean       is_svg = g_str_has_suffix (path, ".svg");
  cairo_status_t status;

  if (g_str_has_suffix (path, ".csv"))
    g_byte_array_append (bytes, (const guint8 *)csv, (guint)strlen (csv));
  else if (!is_svg && !g_str_has_suffix (path, ".png"))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, _ ("“%s” cannot be written: name it .svg, .png or .csv."), path);
      return FALSE;
    }
  else
    {
      status = draw_picture (bytes, is_svg, width, height, draw, data);
      if (status != CAIRO_STATUS_SUCCESS)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("%s: the picture could not be written: %s"), path, cairo_status_to_string (status));
          return FALSE;
        }
    }
  if (g_file_set_contents (path, (const char *)bytes->data, bytes->len, &problem))
    return TRUE;
  g_set_error (error, problem->domain, problem->code, _ ("%s: the picture could not be written: %s"), path, problem->message);
  return FALSE;
}

/* ---- asking for a file ---- */

typedef struct
{
  GtkWidget      *widget;
  SxPictureExport write;
} Saving;

static void
saving_free (gpointer data, GClosure *closure)
{
  Saving *saving = data;

  g_object_unref (saving->widget);
  g_free (saving);
}

static void
show_error (GtkWidget *widget, const char *message)
{
  GtkRoot   *root = gtk_widget_get_root (widget);
  GtkWidget *dialog = gtk_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", message);

  g_signal_connect (dialog, "response", G_CALLBACK (gtk_window_destroy), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
response_cb (GtkNativeDialog *dialog, int response, Saving *saving)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = file ? g_file_get_path (file) : NULL;
      g_autoptr (GError) error = NULL;

      if (path == NULL)
        show_error (saving->widget, _ ("Choose a folder on this machine."));
      else if (!saving->write (saving->widget, path, &error))
        show_error (saving->widget, error->message);
    }
  g_object_unref (dialog);
}

static void
add_filter (GtkFileChooser *chooser, const char *name, const char *suffix)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_suffix (filter, suffix);
  gtk_file_chooser_add_filter (chooser, filter);
}

void
sx_picture_save (GtkWidget *widget, const char *title, gboolean is_data, SxPictureExport write)
{
  GtkRoot              *root = gtk_widget_get_root (widget);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (is_data ? _ ("Save Data") : _ ("Save Picture"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  Saving               *saving = g_new0 (Saving, 1);
  g_autofree char      *name = g_strdup_printf ("%s%s", title, is_data ? ".csv" : ".svg");

  g_strdelimit (name, "/\\:", '-');
  if (is_data)
    add_filter (GTK_FILE_CHOOSER (dialog), _ ("Comma-separated values (.csv)"), "csv");
  else
    {
      add_filter (GTK_FILE_CHOOSER (dialog), _ ("Scalable picture (.svg)"), "svg");
      add_filter (GTK_FILE_CHOOSER (dialog), _ ("Picture (.png)"), "png");
    }
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  saving->widget = g_object_ref (widget);
  saving->write = write;
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), saving, saving_free, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* ---- heading ---- */

GtkWidget *
sx_picture_new_heading (const char *title, GMenuModel *more, GtkWidget **title_label, GtkWidget **button)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (title), *menu_button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "heading");
  if (more != NULL)
    g_menu_append_section (menu, NULL, more);
  {
    g_autoptr (GMenu) save = g_menu_new ();

    g_menu_append (save, _ ("Save _Picture…"), "chart.save-picture");
    g_menu_append (save, _ ("Save _Data…"), "chart.save-data");
    g_menu_append_section (menu, NULL, G_MENU_MODEL (save));
  }
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (menu_button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (menu_button), G_MENU_MODEL (menu));
  gtk_widget_add_css_class (menu_button, "flat");
  gtk_widget_set_tooltip_text (menu_button, _ ("Chart Menu"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (menu_button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Chart Menu"), -1);
  gtk_widget_set_valign (menu_button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), menu_button);
  *title_label = label;
  *button = menu_button;
  return box;
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, GtkWidget *button)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
}

static gboolean
key_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, GtkWidget *button)
{
  if (key != GDK_KEY_Menu && !(key == GDK_KEY_F10 && (state & GDK_SHIFT_MASK)))
    return GDK_EVENT_PROPAGATE;
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  return GDK_EVENT_STOP;
}

void
sx_picture_add_menu_gesture (GtkWidget *widget, GtkWidget *button)
{
  GtkGesture         *click = gtk_gesture_click_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), button);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), button);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, key);
}
