package io.unanimous.bench.harness;

import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * A plot of several lines over powers of two, as SVG; both axes are logarithmic.
 *
 * @param title what it shows
 * @param xLabel what is on the horizontal axis
 * @param yLabel what is on the vertical axis
 * @param lines the lines
 */
record LinePlot(String title, String xLabel, String yLabel, List<Line> lines) {

    private static final int WIDTH = 860;
    private static final int HEIGHT = 480;
    private static final int LEFT = 90;
    private static final int RIGHT = 170;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    private static final List<String> COLOURS = List.of(
            "#0b6e4f", "#c1292e", "#235789", "#f1a208", "#6a4c93", "#5b8e7d", "#8d5a97", "#444444", "#00a6a6",
            "#bc6c25");

    /** A named line through points, all with coordinates above zero. */
    record Line(String name, List<Point> points) {}

    /** Where a line passes. */
    record Point(double x, double y) {}

    /** The plot as one SVG document. */
    String svg() {
        List<Point> points =
                lines.stream().flatMap(line -> line.points().stream()).toList();
        if (points.isEmpty() || points.stream().anyMatch(point -> point.x() <= 0 || point.y() <= 0)) {
            throw new IllegalArgumentException("a logarithmic plot needs points, all of them above zero");
        }
        Axis x = Axis.of(points.stream().mapToDouble(Point::x).toArray(), LEFT, WIDTH - RIGHT);
        Axis y = Axis.of(points.stream().mapToDouble(Point::y).toArray(), HEIGHT - BOTTOM, TOP);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"13\">%n<rect width=\"100%%\" height=\"100%%\""
                        + " fill=\"white\"/>%n",
                WIDTH,
                HEIGHT,
                WIDTH,
                HEIGHT));
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, TOP / 2.0, "middle", title);
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 15.0, "middle", xLabel);
        text(svg, 10, TOP - 12.0, "start", yLabel);
        TreeSet<Double> levels = new TreeSet<>();
        points.forEach(point -> levels.add(point.x()));
        for (double level : levels) {
            line(svg, x.at(level), TOP, x.at(level), HEIGHT - BOTTOM);
            text(svg, x.at(level), HEIGHT - BOTTOM + 20.0, "middle", number(level));
        }
        for (double tick = Math.pow(10, Math.floor(Math.log10(y.min()))); tick <= y.max(); tick *= 10) {
            for (double step : new double[] {1, 2, 5}) {
                double value = tick * step;
                if (value >= y.min() && value <= y.max()) {
                    line(svg, LEFT, y.at(value), WIDTH - RIGHT, y.at(value));
                    text(svg, LEFT - 8.0, y.at(value) + 4, "end", number(value));
                }
            }
        }
        for (int number = 0; number < lines.size(); number++) {
            draw(svg, lines.get(number), COLOURS.get(number % COLOURS.size()), TOP + 20 * number, x, y);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void draw(StringBuilder svg, Line line, String colour, int legendY, Axis x, Axis y) {
        StringBuilder path = new StringBuilder();
        for (Point point : line.points()) {
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x.at(point.x()), y.at(point.y())));
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>%n",
                    x.at(point.x()),
                    y.at(point.y()),
                    colour));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
                path.toString().strip(),
                colour));
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"4\" fill=\"%s\"/>%n",
                WIDTH - RIGHT + 15,
                legendY,
                colour));
        text(svg, WIDTH - RIGHT + 35.0, legendY + 7.0, "start", line.name());
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                x1,
                y1,
                x2,
                y2));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")));
    }

    private static String number(double value) {
        return value >= 1 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%.2g", value);
    }

    /** A logarithmic axis from one pixel to another. */
    private record Axis(double min, double max, double from, double to) {

        private static final double MARGIN = 1.15;

        static Axis of(double[] values, double from, double to) {
            double min = values[0];
            double max = values[0];
            for (double value : values) {
                min = Math.min(min, value);
                max = Math.max(max, value);
            }
            return new Axis(min / MARGIN, max * MARGIN, from, to);
        }

        double at(double value) {
            return from + (to - from) * Math.log(value / min) / Math.log(max / min);
        }
    }
}
