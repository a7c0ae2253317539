//! Fills in templates.

use askama::Template;

/// Returns the text of `template`, which ends with one line break.
pub(crate) fn render(template: &impl Template) -> String {
    let mut text = template.render().expect("a template writes to memory and calls nothing that fails");
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}
