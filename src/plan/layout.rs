//! Where the boxes of a graph go, layer by layer from left to right, and the ways
//! between them (after Sugiyama). Numbers alone: knows no tasks and no file format.

/// A place on the page.
pub(super) type Point = (f64, f64);

/// How high a box is.
pub(super) const HEIGHT: f64 = 30.0;

/// Between two layers.
const GAP: f64 = 56.0;

/// Between the middles of two boxes of a layer; a line needs less.
const ROW: f64 = 44.0;
const LANE: f64 = 22.0;

/// How often the layers are gone through; more changes hardly anything.
const ROUNDS: usize = 12;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The left middle of each box.
    pub(super) at: Vec<Point>,
    /// Where each edge leads: two points for each layer that it passes.
    pub(super) routes: Vec<Vec<Point>>,
    /// Of the whole page.
    pub(super) size: Point,
}

/// A box, or the place of an edge in a layer that it only passes.
struct Vertex {
    layer: usize,
    width: f64,
    is_box: bool,
    left: Vec<usize>,
    right: Vec<usize>,
    y: f64,
}

/// Lays out boxes of these widths; an edge leads from what is on its left. The
/// edges make no circle.
pub(super) fn layout(widths: &[f64], edges: &[(usize, usize)]) -> Layout {
    let depths = depths(widths.len(), edges);
    let mut vertices: Vec<Vertex> =
        widths.iter().zip(&depths).map(|(width, depth)| vertex(*depth, *width, true)).collect();
    let ways: Vec<Vec<usize>> = edges.iter().map(|edge| way(&mut vertices, *edge)).collect();
    let linked = |v: &Vertex| !(v.is_box && v.left.is_empty() && v.right.is_empty());
    let mut layers: Vec<Vec<usize>> = Vec::new();
    for (i, v) in vertices.iter().enumerate().filter(|(_, v)| linked(v)) {
        layers.resize(layers.len().max(v.layer + 1), Vec::new());
        layers[v.layer].push(i);
    }
    arrange(&mut vertices, &mut layers);
    let columns = columns(&vertices, &layers);
    let x = |v: &Vertex| columns[v.layer].0;
    let mut at: Vec<Point> = vertices[..widths.len()]
        .iter()
        .map(|v| if linked(v) { (x(v), v.y) } else { (0.0, 0.0) })
        .collect();
    let routes = ways.iter().map(|way| route(&vertices, &columns, way)).collect();
    let right = columns.last().map_or(0.0, |(x, width)| x + width);
    let rows = layers.iter().flatten().map(|i| vertices[*i].y + ROW).fold(0.0, f64::max);
    let alone: Vec<usize> = (0..widths.len()).filter(|i| !linked(&vertices[*i])).collect();
    let (width, height) = grid(&alone, widths, (right, rows), &mut at);
    Layout { at, routes, size: (width.max(right), height - ROW + HEIGHT) }
}

fn vertex(layer: usize, width: f64, is_box: bool) -> Vertex {
    Vertex { layer, width, is_box, left: Vec::new(), right: Vec::new(), y: 0.0 }
}

/// The longest way to each from the left; what has nothing before it stands
/// right before what needs it first.
fn depths(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let (mut waits, mut after) = (vec![0_usize; count], vec![Vec::new(); count]);
    for (from, to) in edges {
        waits[*to] += 1;
        after[*from].push(*to);
    }
    let first: Vec<usize> = (0..count).filter(|i| waits[*i] == 0).collect();
    let (mut depths, mut ready) = (vec![0_usize; count], first.clone());
    while let Some(i) = ready.pop() {
        for next in &after[i] {
            depths[*next] = depths[*next].max(depths[i] + 1);
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    for i in first {
        let nearest = after[i].iter().map(|next| depths[*next]).min();
        depths[i] = nearest.map_or(0, |depth| depth.saturating_sub(1));
    }
    depths
}

/// The vertices that an edge leads through, made where there are none.
fn way(vertices: &mut Vec<Vertex>, (from, to): (usize, usize)) -> Vec<usize> {
    let mut way = vec![from];
    for layer in vertices[from].layer + 1..vertices[to].layer {
        way.push(vertices.len());
        vertices.push(vertex(layer, 0.0, false));
    }
    way.push(to);
    for pair in way.windows(2) {
        vertices[pair[0]].right.push(pair[1]);
        vertices[pair[1]].left.push(pair[0]);
    }
    way
}

/// Gives each vertex its place in its layer, near what it is linked to.
fn arrange(vertices: &mut [Vertex], layers: &mut [Vec<usize>]) {
    for layer in layers.iter() {
        for (row, i) in layer.iter().enumerate() {
            vertices[*i].y = row as f64;
        }
    }
    for round in 0..ROUNDS {
        for at in sweep(layers.len(), round) {
            let key = |i: &usize| wanted(vertices, *i, round);
            let mut keyed: Vec<(f64, usize)> = layers[at].iter().map(|i| (key(i), *i)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (row, (_, i)) in keyed.iter().enumerate() {
                vertices[*i].y = row as f64;
            }
            layers[at] = keyed.into_iter().map(|(_, i)| i).collect();
        }
    }
    for round in 0..ROUNDS {
        for at in sweep(layers.len(), round) {
            spread(vertices, &layers[at], round);
        }
    }
    let top = layers.iter().flatten().map(|i| vertices[*i].y).fold(f64::INFINITY, f64::min);
    for v in vertices {
        v.y += HEIGHT / 2.0 - top;
    }
}

/// From the left, then from the right.
fn sweep(count: usize, round: usize) -> Box<dyn Iterator<Item = usize>> {
    if round.is_multiple_of(2) { Box::new(0..count) } else { Box::new((0..count).rev()) }
}

/// The middle of what a vertex is linked to, on the side that is settled.
fn wanted(vertices: &[Vertex], i: usize, round: usize) -> f64 {
    let v = &vertices[i];
    let side = if round.is_multiple_of(2) { &v.left } else { &v.right };
    if side.is_empty() {
        return v.y;
    }
    side.iter().map(|other| vertices[*other].y).sum::<f64>() / side.len() as f64
}

/// As near to the wanted places as the order and the distances allow: where two
/// would come too near, they and their like move as one block.
fn spread(vertices: &mut [Vertex], layer: &[usize], round: usize) {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let mut offsets = Vec::with_capacity(layer.len());
    let mut offset = 0.0;
    for (row, i) in layer.iter().enumerate() {
        if row > 0 {
            let boxes = vertices[*i].is_box && vertices[layer[row - 1]].is_box;
            let lanes = !vertices[*i].is_box && !vertices[layer[row - 1]].is_box;
            offset += if boxes {
                ROW
            } else if lanes {
                LANE
            } else {
                (ROW + LANE) / 2.0
            };
        }
        offsets.push(offset);
        blocks.push((wanted(vertices, *i, round) - offset, 1));
        while let [.., (above, n), (below, m)] = blocks[..] {
            if above <= below {
                break;
            }
            let all = n + m;
            blocks.truncate(blocks.len() - 2);
            blocks.push(((above * n as f64 + below * m as f64) / all as f64, all));
        }
    }
    let places = blocks.iter().flat_map(|(y, count)| std::iter::repeat_n(*y, *count));
    for ((i, offset), y) in layer.iter().zip(offsets).zip(places) {
        vertices[*i].y = y + offset;
    }
}

/// Where each layer begins, and how wide it is.
fn columns(vertices: &[Vertex], layers: &[Vec<usize>]) -> Vec<(f64, f64)> {
    let mut x = 0.0;
    let mut column = |layer: &Vec<usize>| {
        let width = layer.iter().map(|i| vertices[*i].width).fold(0.0, f64::max);
        let from = x;
        x += width + GAP;
        (from, width)
    };
    layers.iter().map(&mut column).collect()
}

/// From the right side of the first to the left side of the last; straight
/// through the layers between.
fn route(vertices: &[Vertex], columns: &[(f64, f64)], way: &[usize]) -> Vec<Point> {
    let mut points = Vec::new();
    for (n, i) in way.iter().enumerate() {
        let (v, (x, width)) = (&vertices[*i], columns[vertices[*i].layer]);
        if n > 0 {
            points.push((x, v.y));
        }
        if n + 1 < way.len() {
            points.push((x + if v.is_box { v.width } else { width }, v.y));
            // Out of a narrow box to the end of its column, past wider ones.
            if v.is_box && v.width < width {
                points.push((x + width, v.y));
            }
        }
    }
    points
}

/// What is linked to nothing, in rows below the rest. Returns the size.
fn grid(alone: &[usize], widths: &[f64], (right, top): Point, at: &mut [Point]) -> Point {
    let widest = alone.iter().map(|i| widths[*i]).fold(0.0, f64::max);
    if alone.is_empty() {
        return (right, top);
    }
    let page = right.max(4.0 * (widest + GAP / 2.0));
    let count = ((page / (widest + GAP / 2.0)) as usize).clamp(1, alone.len());
    let top = if top > 0.0 { top + ROW / 2.0 } else { top };
    for (n, i) in alone.iter().enumerate() {
        let x = (n % count) as f64 * (widest + GAP / 2.0);
        at[*i] = (x, top + (n / count) as f64 * ROW + HEIGHT / 2.0);
    }
    let rows = alone.len().div_ceil(count);
    (count as f64 * (widest + GAP / 2.0) - GAP / 2.0, top + rows as f64 * ROW)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn boxes_stand_apart_and_edges_lead_to_the_right(
            widths in prop::collection::vec(20.0..200.0_f64, 1..24),
            pairs in prop::collection::vec((0_usize..24, 0_usize..24), 0..40),
        ) {
            let n = widths.len();
            let pairs = pairs.into_iter().map(|(a, b)| (a % n, b % n)).filter(|(a, b)| a < b);
            let edges: Vec<(usize, usize)> = pairs.collect();
            let page = layout(&widths, &edges);
            for (i, (x, y)) in page.at.iter().enumerate() {
                prop_assert!(*x >= 0.0 && x + widths[i] <= page.size.0 + 1e-6);
                prop_assert!(*y >= HEIGHT / 2.0 - 1e-6 && y + HEIGHT / 2.0 <= page.size.1 + 1e-6);
                for (j, (other, row)) in page.at.iter().enumerate().filter(|(j, _)| *j != i) {
                    let beside = x + widths[i] <= *other || other + widths[j] <= *x;
                    prop_assert!(beside || (y - row).abs() >= HEIGHT - 1e-6, "{i} lies on {j}");
                }
            }
            for (edge, route) in edges.iter().zip(&page.routes) {
                let (from, to) = (page.at[edge.0], page.at[edge.1]);
                prop_assert_eq!(route[0], (from.0 + widths[edge.0], from.1));
                prop_assert_eq!(route[route.len() - 1], to);
                prop_assert!(route.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            }
        }
    }
}
