package io.unanimous.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.unanimous.bench.harness.LinePlot.Line;
import io.unanimous.bench.harness.LinePlot.Point;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class LinePlotTest {

    private static Document parsed(LinePlot plot) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(plot.svg().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aPlotIsWellFormedAndHasALineForEachContenderAndAMarkForEachPoint() throws Exception {
        Document svg = parsed(new LinePlot(
                "Throughput <of> \"all\" & more",
                "in flight",
                "tx/s",
                List.of(
                        new Line("ours", List.of(new Point(1, 900), new Point(64, 30_000))),
                        new Line("floor", List.of(new Point(1, 1_200), new Point(64, 40_000))))));
        assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(2);
        assertThat(svg.getElementsByTagName("circle").getLength()).isEqualTo(4);
        assertThat(svg.getDocumentElement().getTextContent())
                .contains("Throughput <of> \"all\" & more", "20,000", "64", "floor");
    }

    @Test
    void moreIsHigherAndFurtherRight() throws Exception {
        Document svg =
                parsed(new LinePlot("t", "x", "y", List.of(new Line("l", List.of(new Point(1, 1), new Point(2, 10))))));
        Element first = (Element) svg.getElementsByTagName("circle").item(0);
        Element second = (Element) svg.getElementsByTagName("circle").item(1);
        assertThat(Double.parseDouble(second.getAttribute("cx")))
                .isGreaterThan(Double.parseDouble(first.getAttribute("cx")));
        assertThat(Double.parseDouble(second.getAttribute("cy")))
                .isLessThan(Double.parseDouble(first.getAttribute("cy")));
    }

    @Test
    void aPlotOfNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LinePlot("t", "x", "y", List.of()).svg());
    }
}
