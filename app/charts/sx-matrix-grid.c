/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Sextant developers */

#include "config.h"

#include "sx-matrix-grid.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>

#define GAP 8.0
#define CELL_GAP 2.0
#define MAX_LABEL_PART 0.3
#define MAX_CELL 112.0
#define MIN_CELL 6.0
#define MAX_SIDE 520

enum {
  SELECTED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SxMatrixGrid, sx_matrix_grid, GTK_TYPE_WIDGET)

/* Where things stand in a given size. */
typedef struct
{
  double   x, y, cell_width, cell_height, line_height, label_width, margin;
  gboolean is_rtl;
} Layout;

static double
measure_labels (SxMatrixGrid *self, PangoLayout *text)
{
  double widest = 0.0;

  for (guint i = 0; i < self->n_classes; i++)
    {
      int width;

      pango_layout_set_text (text, self->classes[i], -1);
      pango_layout_get_pixel_size (text, &width, NULL);
      widest = MAX (widest, width);
    }
  return widest;
}

static void
lay_out (SxMatrixGrid *self, gboolean is_rtl, double width, double height, Layout *layout)
{
  g_autoptr (PangoLayout) text = sx_chart_style_new_layout (GTK_WIDGET (self), 1.0);
  int    line_height, title_width;
  double n_classes = MAX (self->n_classes, 1);

  pango_layout_set_text (text, _ ("True class"), -1);
  pango_layout_get_pixel_size (text, &title_width, &line_height);
  layout->is_rtl = is_rtl;
  layout->line_height = line_height;
  layout->label_width = ceil (MIN (MAX (measure_labels (self, text), title_width), width * MAX_LABEL_PART));
  layout->y = 2.0 * line_height + 2.0 * GAP;
  layout->cell_width = MAX (MIN ((width - layout->label_width - GAP) / n_classes, MAX_CELL * 1.6), MIN_CELL);
  layout->cell_height = MAX (MIN ((height - layout->y) / n_classes, MAX_CELL), MIN_CELL);
  /* Cells wider than high read well, tall ones do not. */
  layout->cell_width = MIN (layout->cell_width, layout->cell_height * 2.4);
  layout->cell_height = MIN (layout->cell_height, layout->cell_width);
  /* What is left over is left on both sides. */
  layout->margin = floor (MAX (width - layout->label_width - GAP - layout->cell_width * n_classes, 0.0) / 2.0);
  layout->x = is_rtl ? layout->margin : layout->margin + layout->label_width + GAP;
}

static void
get_cell (const SxMatrixGrid *self, const Layout *layout, guint row, guint column, graphene_rect_t *rect)
{
  guint place = layout->is_rtl ? self->n_classes - 1 - column : column;

  graphene_rect_init (rect, (float)(layout->x + place * layout->cell_width), (float)(layout->y + row * layout->cell_height), (float)layout->cell_width, (float)layout->cell_height);
}

/* ---- drawing ---- */

static void
trace_cell (cairo_t *cr, const graphene_rect_t *rect)
{
  double radius = MIN (6.0, rect->size.width / 6.0);
  double left = rect->origin.x + CELL_GAP / 2.0, top = rect->origin.y + CELL_GAP / 2.0;
  double right = left + rect->size.width - CELL_GAP, bottom = top + rect->size.height - CELL_GAP;

  cairo_new_path (cr);
  cairo_arc (cr, right - radius, top + radius, radius, -G_PI_2, 0.0);
  cairo_arc (cr, right - radius, bottom - radius, radius, 0.0, G_PI_2);
  cairo_arc (cr, left + radius, bottom - radius, radius, G_PI_2, G_PI);
  cairo_arc (cr, left + radius, top + radius, radius, G_PI, 3.0 * G_PI_2);
  cairo_close_path (cr);
}

static double
get_lightness (const GdkRGBA *color)
{
  return 0.2126 * pow (color->red, 2.2) + 0.7152 * pow (color->green, 2.2) + 0.0722 * pow (color->blue, 2.2);
}

/* Right is blue, wrong is orange, and the stronger the more of its row it is. */
static void
get_fill (SxMatrixGrid *self, const SxChartStyle *style, guint row, guint column, GdkRGBA *fill)
{
  guint64 sum = self->sums[row];
  double  share = sum > 0 ? (double)self->counts[row * self->n_classes + column] / (double)sum : 0.0;

  sx_chart_style_mix (&style->card, &style->foreground, 0.05, fill);
  /* The square root shows the few mistakes of a good model. */
  if (share > 0.0)
    sx_chart_style_mix (fill, &style->palette[row == column ? 0 : 1], 0.12 + 0.88 * sqrt (share), fill);
}

static void
show_centered (cairo_t *cr, PangoLayout *text, double x, double y)
{
  int width, height;

  pango_layout_get_pixel_size (text, &width, &height);
  cairo_move_to (cr, floor (x - width / 2.0), floor (y - height / 2.0));
  pango_cairo_show_layout (cr, text);
}

static void
draw_cell (SxMatrixGrid *self, const SxChartStyle *style, const Layout *layout, cairo_t *cr, guint row, guint column)
{
  g_autoptr (PangoLayout) text = sx_chart_style_new_layout (GTK_WIDGET (self), 1.15);
  guint64          count = self->counts[row * self->n_classes + column], sum = self->sums[row];
  g_autofree char *number = g_strdup_printf ("%'" PRIu64, count);
  graphene_rect_t  rect;
  GdkRGBA          fill, dark = { 0, 0, 0, 0.87f }, light = { 1, 1, 1, 1 };
  int              width, height;
  double           x, y;

  get_cell (self, layout, row, column, &rect);
  get_fill (self, style, row, column, &fill);
  trace_cell (cr, &rect);
  gdk_cairo_set_source_rgba (cr, &fill);
  cairo_fill (cr);
  pango_layout_set_text (text, number, -1);
  pango_layout_get_pixel_size (text, &width, &height);
  if (width > rect.size.width - 6.0 || height > rect.size.height - 2.0)
    return;
  gdk_cairo_set_source_rgba (cr, get_lightness (&fill) > 0.32 ? &dark : &light);
  x = rect.origin.x + rect.size.width / 2.0;
  y = rect.origin.y + rect.size.height / 2.0;
  if (sum > 0 && rect.size.height >= height + layout->line_height + 6.0)
    {
      g_autoptr (PangoLayout) share = sx_chart_style_new_layout (GTK_WIDGET (self), 1.0);
      g_autofree char *percent = g_strdup_printf (_ ("%.1f %%"), 100.0 * (double)count / (double)sum);
      int              share_width;

      sx_chart_style_set_number (share, percent);
      pango_layout_get_pixel_size (share, &share_width, NULL);
      if (share_width <= rect.size.width - 6.0)
        {
          show_centered (cr, share, x, y + height / 2.0);
          y -= layout->line_height / 2.0;
        }
    }
  show_centered (cr, text, x, y);
}

static void
draw_row_label (SxMatrixGrid *self, const Layout *layout, PangoLayout *text, cairo_t *cr, double width, const char *label, double middle)
{
  int text_width, text_height;

  pango_layout_set_text (text, label, -1);
  pango_layout_set_width (text, (int)(layout->label_width * PANGO_SCALE));
  pango_layout_set_ellipsize (text, PANGO_ELLIPSIZE_END);
  pango_layout_get_pixel_size (text, &text_width, &text_height);
  pango_layout_set_alignment (text, PANGO_ALIGN_LEFT);
  cairo_move_to (cr, floor (layout->is_rtl ? width - layout->margin - layout->label_width : layout->margin + layout->label_width - text_width), floor (middle - text_height / 2.0));
  pango_cairo_show_layout (cr, text);
}

static void
draw_labels (SxMatrixGrid *self, const SxChartStyle *style, const Layout *layout, cairo_t *cr, double width)
{
  g_autoptr (PangoLayout) text = sx_chart_style_new_layout (GTK_WIDGET (self), 1.0);
  gboolean has_room = layout->cell_width >= 24.0;

  gdk_cairo_set_source_rgba (cr, &style->dim);
  pango_layout_set_text (text, _ ("Predicted"), -1);
  show_centered (cr, text, layout->x + layout->cell_width * self->n_classes / 2.0, layout->line_height / 2.0);
  draw_row_label (self, layout, text, cr, width, _ ("True class"), layout->line_height * 1.5 + GAP);
  gdk_cairo_set_source_rgba (cr, &style->foreground);
  for (guint i = 0; i < self->n_classes; i++)
    {
      graphene_rect_t rect;

      get_cell (self, layout, i, i, &rect);
      if (layout->cell_height >= layout->line_height)
        draw_row_label (self, layout, text, cr, width, self->classes[i], rect.origin.y + rect.size.height / 2.0);
      if (!has_room)
        continue;
      pango_layout_set_text (text, self->classes[i], -1);
      pango_layout_set_width (text, (int)((layout->cell_width - 4.0) * PANGO_SCALE));
      pango_layout_set_alignment (text, PANGO_ALIGN_CENTER);
      cairo_move_to (cr, floor (rect.origin.x + 2.0), floor (layout->line_height + GAP));
      pango_cairo_show_layout (cr, text);
    }
}

void
sx_matrix_grid_draw (SxMatrixGrid *self, const SxChartStyle *style, cairo_t *cr, double width, double height)
{
  Layout layout;

  if (self->n_classes == 0)
    return;
  lay_out (self, style->is_rtl, width, height, &layout);
  draw_labels (self, style, &layout, cr, width);
  for (guint row = 0; row < self->n_classes; row++)
    for (guint column = 0; column < self->n_classes; column++)
      draw_cell (self, style, &layout, cr, row, column);
}

static void
sx_matrix_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SxMatrixGrid *self = SX_MATRIX_GRID (widget);
  double        width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t      *cr;

  if (self->node == NULL)
    {
      self->node = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height));
      cr = gsk_cairo_node_get_draw_context (self->node);
      sx_matrix_grid_draw (self, &self->style, cr, width, height);
      cairo_destroy (cr);
    }
  gtk_snapshot_append_node (snapshot, self->node);
  if (self->row >= 0 && (guint)self->row < self->n_classes)
    {
      Layout          layout;
      graphene_rect_t rect;

      lay_out (self, self->style.is_rtl, width, height, &layout);
      get_cell (self, &layout, (guint)self->row, (guint)self->column, &rect);
      cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height));
      trace_cell (cr, &rect);
      gdk_cairo_set_source_rgba (cr, &self->style.foreground);
      cairo_set_line_width (cr, 2.0);
      cairo_stroke (cr);
      cairo_destroy (cr);
    }
  if (gtk_widget_has_visible_focus (widget))
    gtk_snapshot_render_focus (snapshot, gtk_widget_get_style_context (widget), 0.0, 0.0, width, height);
}

/* ---- cells ---- */

static void
select_cell (SxMatrixGrid *self, int row, int column)
{
  if (self->row == row && self->column == column)
    return;
  self->row = row;
  self->column = column;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit (self, signals[SELECTED], 0);
}

static void
motion_cb (GtkEventControllerMotion *motion, double x, double y, SxMatrixGrid *self)
{
  Layout layout;
  double column, row;

  if (self->n_classes == 0)
    return;
  lay_out (self, self->style.is_rtl, gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)), &layout);
  column = floor ((x - layout.x) / layout.cell_width);
  row = floor ((y - layout.y) / layout.cell_height);
  if (column < 0.0 || row < 0.0 || column >= self->n_classes || row >= self->n_classes)
    select_cell (self, -1, -1);
  else
    select_cell (self, (int)row, layout.is_rtl ? (int)self->n_classes - 1 - (int)column : (int)column);
}

static void
leave_cb (GtkEventControllerMotion *motion, SxMatrixGrid *self)
{
  if (!gtk_widget_has_focus (GTK_WIDGET (self)))
    select_cell (self, -1, -1);
}

static void
pressed_cb (GtkGestureClick *click, int n_press, double x, double y, SxMatrixGrid *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static gboolean
move_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  SxMatrixGrid *self = SX_MATRIX_GRID (widget);
  int           dx, dy, last = (int)self->n_classes - 1;

  if (self->n_classes == 0)
    return GDK_EVENT_PROPAGATE;
  g_variant_get (args, "(ii)", &dx, &dy);
  if (self->style.is_rtl)
    dx = -dx;
  if (self->row < 0)
    select_cell (self, 0, 0);
  else
    select_cell (self, CLAMP (self->row + dy, 0, last), CLAMP (self->column + dx, 0, last));
  return GDK_EVENT_STOP;
}

/* ---- widget ---- */

static GtkSizeRequestMode
sx_matrix_grid_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
sx_matrix_grid_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
  SxMatrixGrid *self = SX_MATRIX_GRID (widget);
  Layout        layout;

  *minimum_baseline = *natural_baseline = -1;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 160;
      *natural = 420;
      return;
    }
  lay_out (self, FALSE, for_size < 0 ? 420 : for_size, MAX_SIDE, &layout);
  *minimum = *natural = (int)ceil (layout.y + MIN (layout.cell_height, MAX (56.0, 320.0 / MAX (self->n_classes, 1))) * MAX (self->n_classes, 1)) + 1;
}

static void
sx_matrix_grid_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&SX_MATRIX_GRID (widget)->node, gsk_render_node_unref);
}

void
sx_matrix_grid_changed (SxMatrixGrid *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
sx_matrix_grid_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (sx_matrix_grid_parent_class)->css_changed (widget, change);
  sx_chart_style_update (&SX_MATRIX_GRID (widget)->style, widget);
  sx_matrix_grid_changed (SX_MATRIX_GRID (widget));
}

static void
sx_matrix_grid_direction_changed (GtkWidget *widget, GtkTextDirection before)
{
  sx_chart_style_update (&SX_MATRIX_GRID (widget)->style, widget);
  sx_matrix_grid_changed (SX_MATRIX_GRID (widget));
}

static void
sx_matrix_grid_finalize (GObject *object)
{
  SxMatrixGrid *self = SX_MATRIX_GRID (object);

  g_clear_pointer (&self->node, gsk_render_node_unref);
  g_free (self->counts);
  g_free (self->sums);
  g_strfreev (self->classes);
  G_OBJECT_CLASS (sx_matrix_grid_parent_class)->finalize (object);
}

static void
sx_matrix_grid_class_init (SxMatrixGridClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = sx_matrix_grid_finalize;
  widget_class->get_request_mode = sx_matrix_grid_get_request_mode;
  widget_class->measure = sx_matrix_grid_measure;
  widget_class->snapshot = sx_matrix_grid_snapshot;
  widget_class->size_allocate = sx_matrix_grid_size_allocate;
  widget_class->css_changed = sx_matrix_grid_css_changed;
  widget_class->direction_changed = sx_matrix_grid_direction_changed;
  gtk_widget_class_set_css_name (widget_class, "sx-matrix");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, move_cb, "(ii)", -1, 0);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, move_cb, "(ii)", 1, 0);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Up, 0, move_cb, "(ii)", 0, -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Down, 0, move_cb, "(ii)", 0, 1);
  signals[SELECTED] = g_signal_new ("selected", SX_TYPE_MATRIX_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sx_matrix_grid_init (SxMatrixGrid *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture         *click = gtk_gesture_click_new ();

  self->row = self->column = -1;
  self->classes = g_new0 (char *, 1);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
sx_matrix_grid_new (void)
{
  return g_object_new (SX_TYPE_MATRIX_GRID, NULL);
}
