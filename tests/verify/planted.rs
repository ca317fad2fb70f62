//! Edits of the records. Each is found without a draw: by the rule that it breaks, or by the digest that the summary keeps
//! where no rule binds a digit. What keeps to all rules and covers its tracks is found by drawing again.

use super::*;

fn add(value: &mut Value, by: i64) {
    *value = (value.as_i64().unwrap() + by).into();
}

/// Another last digit of a number.
fn last_digit(value: &mut Value) {
    *value = value.as_f64().unwrap().next_up().into();
}

/// The votes of a class, and of some other one, among counts.
fn own_and_other(record: &Value) -> (usize, usize) {
    let own = record["predicted"].as_u64().unwrap() as usize;
    (own, usize::from(own == 0))
}

/// An edit of the record on some line, the kind of fault that it must be taken for, and words of its message.
struct Planted {
    kind: &'static str,
    line: usize,
    edit: fn(&mut Value),
    fault: &'static str,
    words: &'static str,
}

impl Planted {
    fn assert_found(&self, what: &str) {
        let run = Copied::of(self.kind);
        run.edit_line(self.line, self.edit);
        // No edit of a byte passes the digest. A rule must be found broken though the tracks are covered.
        if self.fault != "digest" {
            run.cover_tracks();
        }
        let found = run.rederive(self.kind);
        let told = format!("{what} ({}): {:?}\n{}", self.kind, found.faults(), found.stderr);
        assert!(found.finds(self.fault, self.words), "{told}");
        assert_eq!(found.code, Some(1), "{told}");
        assert_eq!(found.finds("digest", "records.jsonl"), self.fault == "digest", "{told}");
        let of_case = found.report["cases"][0]["faults"].as_u64().unwrap();
        let of_none = self.line == 0 || ["digest", "unknown_case"].contains(&self.fault);
        assert!(of_none || of_case > 0, "{told}");
    }
}

macro_rules! planted {
    ($($name:ident: $kind:literal $line:literal $edit:expr => $fault:literal $words:literal;)*) => {
        $(#[test]
        fn $name() {
            let planted =
                Planted { kind: $kind, line: $line, edit: $edit, fault: $fault, words: $words };
            planted.assert_found(stringify!($name));
        })*
    };
}

planted! {
    // Counts, and what follows from them.
    one_vote_more: "line" 1 |r| { let (own, _) = own_and_other(r); add(&mut r["cells"][3]["counts"][own], 1) }
        => "derived" "`cells[3].draws`";
    one_draw_more: "line" 2 |r| add(&mut r["draws"], 1) => "derived" "`draws`";
    one_failure: "listed" 1 |r| add(&mut r["failures"], 1) => "derived" "`failures`";
    a_failure_taken_for_a_vote: "semantic" 1 |r| { add(&mut r["cells"][0]["draws"], -1) }
        => "derived" "`cells[0].draws`";
    summed_counts: "line" 1 |r| { let (_, other) = own_and_other(r); add(&mut r["counts"][other], 1) }
        => "derived" "`counts[";
    a_selection_vote: "semantic" 2 |r| { let (own, _) = own_and_other(r);
            add(&mut r["selection"]["counts"][own], -1); add(&mut r["selection"]["draws"], -1); add(&mut r["draws"], -1) }
        => "draws" "`selection` has 19 draws, and the audit fixes 20";
    fewer_draws_than_fixed: "semantic" 1 |r| { let (own, _) = own_and_other(r);
            add(&mut r["cells"][0]["counts"][own], -1); add(&mut r["cells"][0]["draws"], -1) }
        => "draws" "`cells[0]` has 199 draws, and the audit fixes 200";
    a_class_that_was_not_chosen: "semantic" 1 |r| r["predicted"] = 3.into() => "derived" "`predicted` is 3";
    a_digit_of_p_a: "listed" 3 |r| last_digit(&mut r["p_a"]) => "derived" "`p_a`";
    a_digit_of_p_b: "top2" 1 |r| last_digit(&mut r["p_b"]) => "derived" "`p_b`";
    a_digit_of_the_distance: "line" 1 |r| last_digit(&mut r["distance"]) => "derived" "`distance`";
    a_refused_radius_in_the_map: "semantic" 2 |r| r["radii"]["5"] = true.into() => "derived" "`radii.5`";
    not_correct: "boxes" 1 |r| r["correct"] = false.into() => "derived" "`correct`";
    another_label: "line" 2 |r| r["label"] = 3.into() => "label" "the label is 3, and the data's is 2";
    a_class_more: "line" 2 |r| r["cells"][0]["counts"].as_array_mut().unwrap().push(0.into())
        => "classes" "`cells[0]` counts votes of 11 classes";

    // Claims.
    refused_made_certified: "refused" 3 |r| { r["status"] = "certified".into(); r["radius"] = 1.0.into();
            r["radii"]["1"] = true.into() }
        => "derived" "`status` is \"certified\", but \"refused\"";
    certified_made_refused: "line" 1 |r| { r["status"] = "refused".into(); r["radius"] = 0.0.into();
            r["capped"] = false.into(); r["radii"]["2"] = false.into(); r["radii"]["6"] = false.into() }
        => "derived" "`status` is \"refused\", but \"certified\"";
    certified_made_an_abstention: "listed" 1 |r| r["status"] = "abstained".into() => "derived" "`status`";
    a_radius_rounded_up: "halves" 3 |r| r["radius"] = 5.5.into() => "uncovered" "radius 5.5 is claimed";
    a_radius_beyond_the_hole: "halves" 3 |r| r["radius"] = 5.9.into() => "uncovered" "no proven cell holds";
    a_radius_off_the_search: "semantic" 2 |r| last_digit(&mut r["radius"]) => "grid" "`radius`";
    a_radius_of_parameters: "resolvable" 1 |r| last_digit(&mut r["radius"]) => "derived" "`radius`";
    a_radius_that_is_not_listed: "listed" 1 |r| r["radius"] = 4.0.into() => "grid" "`radius` is 4";
    a_larger_radius_of_one_point: "semantic" 2 |r| { r["radius"] = 5.0.into(); r["cells"][0]["high"] = vec![5.0].into();
            r["capped"] = true.into(); r["distance"] = 3.0.into() }
        => "not_proven" "radius 5 is claimed";
    estimated_made_proven: "semantic" 1 |r| r["radius_kind"] = "proven".into() => "derived" "`radius_kind`";
    capped: "halves" 3 |r| r["capped"] = true.into() => "derived" "`capped`";
    a_claim_about_the_real_transformation: "surrogate" 1 |r| r["radius_real"] = 5.0.into() => "derived" "`radius_real`";
    an_error_that_has_a_class: "listed" 2 |r| { r["status"] = "error".into(); r["error"] = "out of memory".into() }
        => "derived" "`predicted` is 2, but null";

    // Cells and anchors.
    a_dropped_cell: "line" 1 |r| drop(r["cells"].as_array_mut().unwrap().remove(7)) => "uncovered" "radius 6 is claimed";
    the_last_cell_dropped: "boxes" 1 |r| drop(r["cells"].as_array_mut().unwrap().pop()) => "cells" "there are 11 cells";
    a_dropped_level: "levels" 1 |r| drop(r["cells"].as_array_mut().unwrap().remove(2)) => "uncovered" "is claimed";
    a_dropped_half: "halves" 3 |r| drop(r["cells"].as_array_mut().unwrap().pop()) => "generation" "without the upper one";
    a_cell_twice: "line" 1 |r| { let cell = r["cells"][4].clone(); r["cells"].as_array_mut().unwrap().insert(4, cell) }
        => "overlap" "`cells[5]`";
    a_gap_of_one_digit: "line" 1 |r| last_digit(&mut r["cells"][5]["low"][0]) => "uncovered" "radius 6 is claimed";
    a_cell_made_longer: "line" 1 |r| last_digit(&mut r["cells"][5]["high"][0]) => "overlap" "`cells[6]`";
    a_cell_beyond_the_range: "line" 1 |r| r["cells"][0]["low"] = vec![-5.0].into() => "box" "`cells[0]`";
    a_box_made_larger: "boxes" 2 |r| last_digit(&mut r["cells"][3]["high"][1]) => "geometry" "no such cell there";
    a_digit_of_p_star: "boxes" 3 |r| last_digit(&mut r["cells"][1]["p_star"]) => "geometry" "`cells[1].p_star`";
    a_digit_of_p_star_of_a_distance: "listed" 1 |r| last_digit(&mut r["cells"][0]["p_star"])
        => "derived" "`cells[0].p_star`";
    a_p_star_below_what_is_claimed: "line" 1 |r| r["cells"][2]["p_star"] = 0.4.into() => "requirement" "`cells[2].p_star`";
    // An image's own geometry binds this digit only where it is made anew.
    a_digit_of_p_star_of_an_image: "line" 1 |r| last_digit(&mut r["cells"][1]["p_star"]) => "digest" "records.jsonl";
    a_digit_of_alpha: "line" 2 |r| last_digit(&mut r["cells"][2]["alpha"]) => "alpha" "`cells[2]`";
    alpha_of_fewer_cells: "line" 2 |r| for cell in r["cells"].as_array_mut().unwrap() {
            cell["alpha"] = (0.8 * (0.001_f64 / 40.0).next_down()).into() }
        => "alpha" "`cells[0]`";
    one_cell_more_was_planned: "line" 2 |r| add(&mut r["planned_cells"], 1) => "cells" "that were planned";
    another_generation: "line" 2 |r| r["cells"][2]["generation"] = 1.into() => "generation" "`cells[2]` is of generation 1";
    a_half_of_an_older_generation: "halves" 3 |r| { let last = r["cells"].as_array().unwrap().len() - 1;
            add(&mut r["cells"][last]["generation"], -1) }
        => "generation" "another generation";
    an_anchor_off_the_middle: "boxes" 1 |r| last_digit(&mut r["cells"][0]["anchor"][0]) => "anchor" "the middle";
    an_anchor_outside: "line" 1 |r| r["cells"][0]["anchor"] = vec![3.0].into() => "anchor" "`cells[0]`";
    an_anchor_between_levels: "levels" 1 |r| { let cell = r["cells"][0].clone();
            r["cells"][0]["anchor"] = vec![cell["low"][0].as_f64().unwrap() + 0.25, 0.0].into() }
        => "anchor" "finitely many";

    // Beyond the cells at which the test ended.
    a_cell_after_the_end: "halves" 3 |r| { let cells = r["cells"].as_array_mut().unwrap();
            let last = cells.iter().filter(|cell| cell["generation"] == 0).count() - 1;
            let (mut far, end) = (cells[last].clone(), cells[last]["high"][0].as_f64().unwrap());
            (far["low"], far["anchor"], far["high"]) = (vec![end].into(), vec![end].into(), vec![end + 0.1].into());
            cells.insert(last + 1, far) }
        => "after_the_end" "nearer to the identity, is not proven";
    a_cell_that_no_votes_prove: "line" 1 |r| r["cells"][6]["p_star"] = 1.0.into() => "hopeless" "`cells[6]`";

    // Sequential tests.
    a_look_that_is_none: "boxes" 1 |r| { let (own, _) = own_and_other(r);
            add(&mut r["cells"][0]["counts"][own], 1); add(&mut r["cells"][0]["draws"], 1);
            add(&mut r["counts"][own], 1); add(&mut r["draws"], 1) }
        => "look" "does not look then";
    a_test_cut_short: "boxes" 1 |r| { let (own, _) = own_and_other(r); let now = r["cells"][0]["draws"].as_i64().unwrap();
            add(&mut r["cells"][0]["counts"][own], 20 - now); add(&mut r["cells"][0]["draws"], 20 - now) }
        => "undecided" "`cells[0]` ends at 20 draws";
    a_test_drawn_on: "line" 1 |r| { let (own, _) = own_and_other(r);
            r["cells"][0]["counts"][own] = 1024.into(); r["cells"][0]["draws"] = 1024.into() }
        => "look" "`cells[0]`";
    more_than_the_budget: "listed" 1 |r| { let (own, _) = own_and_other(r);
            r["cells"][0]["counts"][own] = 2000.into(); r["cells"][0]["draws"] = 2000.into() }
        => "look" "at most 1000";

    // Cells that are tested together.
    one_vote_is_enough: "line" 1 |r| { let (own, _) = own_and_other(r);
            for cell in &mut r["cells"].as_array_mut().unwrap()[3..8] {
                cell["draws"] = 1.into(); cell["counts"][own] = 1.into() } }
        => "undecided" "`cells[4]` ends at 1 draws";
    a_lower_threshold: "additive" 1 |r| r["cells"][1]["sides"][0][0][1] = 0.6.into() => "geometry" "`cells[1].sides`";
    // An image's own geometry binds it only where it is made anew.
    a_lower_threshold_of_an_image: "line" 1 |r| r["cells"][3]["sides"][0][0][1] = 0.6.into() => "digest" "records.jsonl";
    a_threshold_of_one_half: "line" 1 |r| r["cells"][3]["sides"][0][0][1] = 0.4.into() => "witnesses" "`cells[3].sides`";
    a_threshold_off_the_grid: "line" 1 |r| last_digit(&mut r["cells"][3]["sides"][0][0][1]) => "witnesses" "a threshold of the grid";
    a_lower_threshold_of_its_own: "line" 1 |r| for side in r["cells"][3]["sides"].as_array_mut().unwrap() {
            side.as_array_mut().unwrap().iter_mut().filter(|w| w[0] == 3).for_each(|w| w[1] = 0.55.into()) }
        => "witnesses" "what the cell requires";
    a_witness_from_far_away: "line" 1 |r| { let all = r["cells"][3]["sides"][1].as_array_mut().unwrap();
            all.last_mut().unwrap()[0] = 9.into() }
        => "witnesses" "at most 3 cells on each side";
    a_witness_twice: "line" 1 |r| { let all = r["cells"][3]["sides"][1].as_array_mut().unwrap();
            let last = all.last().unwrap().clone(); all.push(last) }
        => "witnesses" "in order";
    a_witness_from_beyond_the_radius: "line" 1 |r| { let cells = r["cells"].as_array_mut().unwrap();
            let last = cells.iter().rposition(|cell| cell["high"][0].as_f64().unwrap() < 2.0 + 1e-9).unwrap();
            let next = serde_json::json!([last + 1, 0.9]);
            let sides = cells[last]["sides"].as_array_mut().unwrap();
            sides.last_mut().unwrap().as_array_mut().unwrap().push(next) }
        => "witnesses" "no cell of a larger radius";
    its_own_anchor_left_out: "line" 1 |r| r["cells"][3]["sides"][0].as_array_mut().unwrap().retain(|w| w[0] != 3)
        => "witnesses" "the cell itself";
    a_side_dropped: "line" 1 |r| drop(r["cells"][3]["sides"].as_array_mut().unwrap().pop()) => "witnesses" "1 sides, expected 2 sides";
    no_sides: "line" 1 |r| drop(r["cells"][3].as_object_mut().unwrap().remove("sides")) => "witnesses" "0 sides, expected 2 sides";
    another_number: "line" 1 |r| r["cells"][3]["number"] = 2.into() => "witnesses" "`cells[3].number` is 2";
    no_number: "line" 1 |r| drop(r["cells"][3].as_object_mut().unwrap().remove("number")) => "witnesses" "`cells[3].number` is absent";
    a_number_where_none_is_due: "boxes" 1 |r| r["cells"][0]["number"] = 0.into() => "witnesses" "expected absent";

    // Without counts.
    an_enumerated_radius: "enumerate" 2 |r| { r["radius"] = 2.0.into(); r["radii"]["2"] = true.into();
            r["capped"] = true.into() }
        => "digest" "records.jsonl";
    an_enumerated_radius_that_is_not_listed: "enumerate" 2 |r| r["radius"] = 1.5.into() => "grid" "`radius` is 1.5";
    an_enumerated_class: "enumerate" 2 |r| r["predicted"] = 11.into() => "derived" "a class below 10";

    // What nothing binds.
    a_digit_of_evaluations: "line" 1 |r| add(&mut r["evaluations"], 1) => "digest" "records.jsonl";
    evaluations_of_parameters: "boxes" 1 |r| add(&mut r["evaluations"], 1) => "derived" "`evaluations` is 1, but 0";

    // The header.
    another_seed: "listed" 0 |h| add(&mut h["seed"], 1) => "header" "`seed` of the header is 6";
    another_version: "listed" 0 |h| h["gsmooth"] = "9.9.9".into() => "header" "`gsmooth`";
    another_model: "listed" 0 |h| h["models"].as_object_mut().unwrap().values_mut().for_each(|sha| *sha = "0".into())
        => "header" "models.";

    // The form of a line.
    another_case: "listed" 1 |r| r["case"] = "defocus".into() => "unknown_case" "no such case";
    another_image: "listed" 3 |r| r["index"] = 3.into() => "unknown_image" "does not select";
    a_key_more: "line" 1 |r| r["approved"] = true.into() => "formatting" "approved";
}

/// A change of whole lines, and what it must be taken for.
fn assert_lines_found(change: impl Fn(&mut Vec<String>), kind: &str, words: &str) {
    let run = Copied::of("listed");
    let mut lines = run.lines();
    change(&mut lines);
    run.write_lines(&lines);
    let found = run.rederive("listed");
    assert!(found.finds(kind, words), "{kind}: {:?}", found.faults());
}

/// The binary says what the library finds.
#[test]
fn an_edited_record_ends_in_exit_code_1_with_all_that_names_it() {
    let run = Copied::of("line");
    run.edit_line(2, |record| last_digit(&mut record["p_a"]));
    let found = run.verify(&["--resample", "0"]);
    assert_eq!(found.code, Some(1));
    let fault = &found.report["faults"][0];
    let named = ["kind", "file", "line", "case", "image", "field"].map(|key| fault[key].to_string());
    assert_eq!(named, ["\"derived\"", "\"records.jsonl\"", "3", "\"rotation\"", "1", "\"p_a\""]);
    assert!(fault["found"].as_str() > fault["expected"].as_str(), "{fault}");
    let said = support::plain_gsmooth().arg("verify").arg(run.folder.path()).output().unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert_eq!(said.status.code(), Some(1), "{text}");
    assert!(text.contains("3 faults:\n  records.jsonl:3: case rotation, image 1: `p_a` is 0."), "{text}");
}

#[test]
fn records_that_are_missing_or_stand_elsewhere_are_found() {
    assert_lines_found(|lines| drop(lines.remove(2)), "missing", "the first of case defocus_blur, image 1");
    assert_lines_found(|lines| drop(lines.pop()), "missing", "the first of case defocus_blur, image 2");
    assert_lines_found(|lines| drop(lines.pop()), "ahead", "3 images are counted");
    assert_lines_found(
        |lines| lines.swap(1, 2),
        "out_of_order",
        "records.jsonl:3: case defocus_blur, image 0",
    );
    assert_lines_found(|lines| lines.push(lines[1].clone()), "duplicate", "records.jsonl:5");
    assert_lines_found(
        |lines| lines.insert(2, lines[1].clone()),
        "duplicate",
        "line 2 is of this case and image",
    );
    assert_lines_found(|lines| lines[1] = "{}".to_owned(), "no_record", "records.jsonl:2");
    assert_lines_found(|lines| lines[1].truncate(200), "no_record", "records.jsonl:2");
    assert_lines_found(|lines| lines[1].insert(1, ' '), "formatting", "byte 2 begins");
    assert_lines_found(|lines| lines[0].insert(1, ' '), "formatting", "records.jsonl:1: ");
}

/// Edits that keep to all rules, in a run whose summary is made to fit them: only drawing again tells.
#[test]
fn what_keeps_to_the_rules_is_found_by_drawing_again() {
    type Edit = (&'static str, fn(&mut Value), &'static str);
    let edits: [Edit; 6] = [
        // A selection vote moved from one rival to another, though both count for nothing.
        (
            "semantic",
            |r| {
                let (own, other) = own_and_other(r);
                add(&mut r["selection"]["counts"][own], -1);
                add(&mut r["selection"]["counts"][other], 1);
            },
            "selection.counts",
        ),
        ("line", |r| last_digit(&mut r["cells"][1]["p_star"]), "cells[1].p_star"),
        ("line", |r| last_digit(&mut r["cells"][1]["anchor"][0]), "cells[1].anchor"),
        ("line", |r| r["cells"][3]["sides"][0][0][1] = 0.9.into(), "cells[3].sides"),
        ("enumerate", |r| r["predicted"] = 8.into(), "predicted"),
        ("listed", |r| add(&mut r["evaluations"], 1), "evaluations"),
    ];
    for (kind, edit, field) in edits {
        let run = Copied::of(kind);
        run.edit_line(1, |record| {
            edit(record);
            let class = record["predicted"].clone();
            record["correct"] = (class == record["label"]).into();
        });
        let figures = |verified: &Verified| -> Vec<(String, String)> {
            let faults = verified.report["faults"].as_array().cloned().unwrap_or_default();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            faults.iter().map(|fault| (text(&fault["field"]), text(&fault["expected"]))).collect()
        };
        // The figures and the table are made what follows from the edited records.
        run.cover_tracks();
        for (field, expected) in figures(&run.rederive(kind)) {
            cover_figure(&run, &field, &expected);
        }
        let unseen = run.rederive(kind);
        unseen.assert_clean(&format!("{kind}: {field}"));
        let seen = run.verify(&["--resample", "all"]);
        assert!(seen.finds("redrawn", field), "{kind}: {:?}", seen.faults());
        assert!(seen.finds("redrawn", "records.jsonl:2: case"), "{kind}: {:?}", seen.faults());
        assert_eq!(seen.code, Some(1));
    }
}

/// Writes what a verification expects of the summary or the table.
fn cover_figure(run: &Copied, field: &str, expected: &str) {
    match field {
        "predict" | "correct" => {
            let mut rows: Vec<String> = run.text("certify.tsv").lines().map(str::to_owned).collect();
            let mut cells: Vec<String> = rows[1].split('\t').map(str::to_owned).collect();
            cells[if field == "predict" { 2 } else { 4 }] = expected.to_owned();
            rows[1] = cells.join("\t");
            run.write("certify.tsv", &(rows.join("\n") + "\n"));
        }
        _ => run.edit_summary(|summary| {
            let pointer = format!("/{}", field.replace("].", "/").replace(['[', '.'], "/").replace(']', ""));
            *summary.pointer_mut(&pointer).unwrap() = serde_json::from_str(expected).unwrap();
        }),
    }
}
