/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-canvas-private.h"
#include "sx-canvas-resources.h"

#include <math.h>

/* Colours come from named CSS colours only, so that light, dark, accents and the application's style sheet all work; where a
 * theme lacks one of libadwaita's names, GTK's own stands in. Sizes follow the font, so that large text fits. */

#define GRID 8.0

static const char *const category_colors[SX_N_BLOCK_CATEGORIES] = {
  [SX_BLOCK_SOURCE] = "sx_category_source",
  [SX_BLOCK_TABLE] = "sx_category_table",
  [SX_BLOCK_PREPARE] = "sx_category_prepare",
  [SX_BLOCK_SPLIT] = "sx_category_split",
  [SX_BLOCK_MODEL] = "sx_category_model",
  [SX_BLOCK_EVALUATE] = "sx_category_evaluate",
  [SX_BLOCK_EXPORT] = "sx_category_export",
};

static const char *const category_icons[SX_N_BLOCK_CATEGORIES] = {
  [SX_BLOCK_SOURCE] = "sx-category-source-symbolic",
  [SX_BLOCK_TABLE] = "sx-category-table-symbolic",
  [SX_BLOCK_PREPARE] = "sx-category-prepare-symbolic",
  [SX_BLOCK_SPLIT] = "sx-category-split-symbolic",
  [SX_BLOCK_MODEL] = "sx-category-model-symbolic",
  [SX_BLOCK_EVALUATE] = "sx-category-evaluate-symbolic",
  [SX_BLOCK_EXPORT] = "sx-category-export-symbolic",
};

static const char *const port_colors[SX_N_PORT_TYPES] = {
  [SX_PORT_TABLE] = "sx_port_table",
  [SX_PORT_MODEL] = "sx_port_model",
  [SX_PORT_REPORT] = "sx_port_report",
};

void
sx_canvas_load_resources (GdkDisplay *display)
{
  static gboolean is_loaded;
  g_autoptr (GtkCssProvider) provider = NULL;

  if (is_loaded)
    return;
  is_loaded = TRUE;
  /* By hand: the constructor in a static library would be dropped by the linker. */
  sx_canvas_register_resource ();
  provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (provider, SX_CANVAS_RESOURCE_PATH "/sx-canvas.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION - 1);
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display), SX_CANVAS_RESOURCE_PATH "/icons");
}

static void
mix (const GdkRGBA *a, const GdkRGBA *b, double part, GdkRGBA *result)
{
  result->red = (float)(a->red + (b->red - a->red) * part);
  result->green = (float)(a->green + (b->green - a->green) * part);
  result->blue = (float)(a->blue + (b->blue - a->blue) * part);
  result->alpha = 1.0f;
}

static double
get_lightness (const GdkRGBA *color)
{
  return 0.2126 * color->red + 0.7152 * color->green + 0.0722 * color->blue;
}

/* The first of the NULL-ended names that the style knows. */
static void
look_up (GtkStyleContext *context, GdkRGBA *color, const char *fallback, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (gtk_style_context_lookup_color (context, names[i], color))
      return;
  gdk_rgba_parse (color, fallback);
}

#define LOOK_UP(color, fallback, ...) look_up (context, color, fallback, (const char *const[]){ __VA_ARGS__, NULL })

static void
update_colors (SxCanvasStyle *self, GtkWidget *widget, gboolean is_high_contrast)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GdkRGBA          white = { 1, 1, 1, 1 }, black = { 0, 0, 0, 1 };
  g_autofree char *theme = NULL;

  g_object_get (gtk_widget_get_settings (widget), "gtk-theme-name", &theme, NULL);
  self->is_high_contrast = is_high_contrast || (theme != NULL && (g_str_has_suffix (theme, "-hc") || g_str_has_prefix (theme, "HighContrast")));
  gtk_style_context_get_color (context, &self->foreground);
  LOOK_UP (&self->background, "#fafafa", "window_bg_color", "theme_bg_color");
  self->is_dark = get_lightness (&self->background) < 0.5;
  LOOK_UP (&self->accent, "#3584e4", "accent_color", "accent_bg_color", "theme_selected_bg_color");
  LOOK_UP (&self->success, "#26a269", "success_color");
  LOOK_UP (&self->warning, "#c64600", "warning_color");
  LOOK_UP (&self->error, "#c01c28", "error_color");

  /* Opaque, for links pass below: libadwaita's own card colour is half transparent in the dark. */
  if (self->is_dark)
    mix (&self->background, &white, 0.07, &self->card);
  else
    self->card = white;
  mix (&self->card, &self->foreground, self->is_high_contrast ? 0.55 : self->is_dark ? 0.16
                                                                                     : 0.17,
       &self->border);
  mix (&self->card, &self->foreground, self->is_high_contrast ? 0.85 : 0.62, &self->dim);
  mix (&self->background, &self->foreground, self->is_high_contrast ? 0.35 : self->is_dark ? 0.14
                                                                                           : 0.16,
       &self->dots);
  self->shadow = black;
  self->shadow.alpha = self->is_dark ? 0.16f : 0.05f;

  for (guint i = 0; i < SX_N_BLOCK_CATEGORIES; i++)
    LOOK_UP (&self->categories[i], "#77767b", category_colors[i]);
  for (guint i = 0; i < SX_N_PORT_TYPES; i++)
    LOOK_UP (&self->ports[i], "#77767b", port_colors[i]);
  /* The palette's colours are middle tones: lighter on dark and darker on light keeps 3:1 against the card. */
  for (guint i = 0; i < SX_N_BLOCK_CATEGORIES; i++)
    mix (&self->categories[i], self->is_dark ? &white : &black, self->is_high_contrast ? 0.4 : self->is_dark ? 0.3
                                                                                                             : 0.08,
         &self->categories[i]);
  for (guint i = 0; i < SX_N_PORT_TYPES; i++)
    mix (&self->ports[i], self->is_dark ? &white : &black, self->is_high_contrast ? 0.4 : self->is_dark ? 0.22
                                                                                                        : 0.08,
         &self->ports[i]);
}

static double
measure_line (GtkWidget *widget, const PangoFontDescription *font)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, "Ág");
  int height;

  pango_layout_set_font_description (layout, font);
  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

static void
update_metrics (SxCanvasStyle *self, GtkWidget *widget)
{
  const PangoFontDescription *base = pango_context_get_font_description (gtk_widget_get_pango_context (widget));
  int                         size = pango_font_description_get_size (base);

  g_clear_pointer (&self->title_font, pango_font_description_free);
  g_clear_pointer (&self->caption_font, pango_font_description_free);
  self->title_font = pango_font_description_copy (base);
  self->caption_font = pango_font_description_copy (base);
  pango_font_description_set_weight (self->title_font, PANGO_WEIGHT_BOLD);
  if (pango_font_description_get_size_is_absolute (base))
    pango_font_description_set_absolute_size (self->caption_font, size * 0.84);
  else
    pango_font_description_set_size (self->caption_font, (int)(size * 0.84));

  self->title_height = measure_line (widget, self->title_font);
  self->caption_height = measure_line (widget, self->caption_font);
  self->header_height = ceil (MAX (self->title_height + self->caption_height + 22.0, 56.0) / GRID) * GRID;
  self->row_height = MAX (ceil ((self->caption_height + 8.0) / 4.0) * 4.0, 24.0);
  self->width = MAX (ceil (self->title_height * 13.0 / 16.0) * 16.0, 240.0);
}

/* ---- ports: one shape a type, so that colour is never the only sign ---- */

void
sx_canvas_style_trace_port (cairo_t *cr, SxPortType type, double radius)
{
  double r = radius;

  cairo_new_path (cr);
  switch (type)
    {
    case SX_PORT_TABLE:
      r *= 0.9;
      cairo_arc (cr, r - 2.0, r - 2.0, 2.0, 0.0, G_PI_2);
      cairo_arc (cr, 2.0 - r, r - 2.0, 2.0, G_PI_2, G_PI);
      cairo_arc (cr, 2.0 - r, 2.0 - r, 2.0, G_PI, 3.0 * G_PI_2);
      cairo_arc (cr, r - 2.0, 2.0 - r, 2.0, 3.0 * G_PI_2, 2.0 * G_PI);
      break;
    case SX_PORT_MODEL:
      r *= 1.2;
      cairo_move_to (cr, 0.0, -r);
      cairo_line_to (cr, r, 0.0);
      cairo_line_to (cr, 0.0, r);
      cairo_line_to (cr, -r, 0.0);
      break;
    case SX_PORT_REPORT:
    default:
      cairo_arc (cr, 0.0, 0.0, r, 0.0, 2.0 * G_PI);
      break;
    }
  cairo_close_path (cr);
}

static GskRenderNode *
draw_port (SxCanvasStyle *self, SxPortType type, SxPortLook look)
{
  GskRenderNode *node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (-14, -14, 28, 28));
  cairo_t       *cr = gsk_cairo_node_get_draw_context (node);
  GdkRGBA        color = self->ports[type], halo;

  if (look == SX_PORT_LOOK_DIM)
    mix (&self->card, &self->foreground, 0.25, &color);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (look == SX_PORT_LOOK_TARGET)
    {
      halo = color;
      halo.alpha = 0.25f;
      cairo_arc (cr, 0.0, 0.0, 12.0, 0.0, 2.0 * G_PI);
      gdk_cairo_set_source_rgba (cr, &halo);
      cairo_fill (cr);
    }
  sx_canvas_style_trace_port (cr, type, SX_PORT_RADIUS + 1.5);
  gdk_cairo_set_source_rgba (cr, &self->card);
  cairo_fill (cr);
  sx_canvas_style_trace_port (cr, type, SX_PORT_RADIUS - 1.0);
  gdk_cairo_set_source_rgba (cr, &color);
  if (look == SX_PORT_LOOK_LINKED || look == SX_PORT_LOOK_TARGET)
    cairo_fill_preserve (cr);
  cairo_set_line_width (cr, 2.0);
  cairo_stroke (cr);
  cairo_destroy (cr);
  return node;
}

static void
clear_port_nodes (SxCanvasStyle *self)
{
  for (guint i = 0; i < SX_N_PORT_TYPES; i++)
    for (guint j = 0; j < SX_N_PORT_LOOKS; j++)
      g_clear_pointer (&self->port_nodes[i][j], gsk_render_node_unref);
}

void
sx_canvas_style_update (SxCanvasStyle *self, SxCanvas *canvas)
{
  GtkWidget *widget = GTK_WIDGET (canvas);

  self->serial++;
  self->is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  update_colors (self, widget, canvas->is_high_contrast);
  update_metrics (self, widget);
  clear_port_nodes (self);
  for (guint i = 0; i < SX_N_PORT_TYPES; i++)
    for (guint j = 0; j < SX_N_PORT_LOOKS; j++)
      self->port_nodes[i][j] = draw_port (self, i, j);
  g_clear_pointer (&self->icons, g_hash_table_unref);
  self->icons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

void
sx_canvas_style_clear (SxCanvasStyle *self)
{
  clear_port_nodes (self);
  g_clear_pointer (&self->icons, g_hash_table_unref);
  g_clear_pointer (&self->title_font, pango_font_description_free);
  g_clear_pointer (&self->caption_font, pango_font_description_free);
}

GtkIconPaintable *
sx_canvas_style_get_icon (SxCanvasStyle *self, SxCanvas *canvas, const SxBlockKind *kind)
{
  GtkWidget        *widget = GTK_WIDGET (canvas);
  GtkIconTheme     *theme = gtk_icon_theme_get_for_display (gtk_widget_get_display (widget));
  const char       *name = kind->icon;
  GtkIconPaintable *icon;

  if (name == NULL || !gtk_icon_theme_has_icon (theme, name))
    name = category_icons[kind->category];
  icon = g_hash_table_lookup (self->icons, name);
  if (icon == NULL)
    {
      /* Twice the size it is drawn at, so that zooming in stays sharp. */
      icon = gtk_icon_theme_lookup_icon (theme, name, NULL, 16, gtk_widget_get_scale_factor (widget) * 2, gtk_widget_get_direction (widget), GTK_ICON_LOOKUP_PRELOAD);
      g_hash_table_insert (self->icons, g_strdup (name), icon);
    }
  return icon;
}
