//! Fills in templates.

use askama::Template;

/// Returns the text of `template`, which ends with one line break.
pub(crate) fn render(template: &impl Template) -> String {
    let mut text = String::new();
    render_into(&mut text, template);
    text
}

/// Adds the text of `template`, which ends with one line break, to `text`.
pub(crate) fn render_into<T: Template>(text: &mut String, template: &T) {
    let start = text.len();
    text.reserve(T::SIZE_HINT);
    template.render_into(text).expect("a template writes to memory and calls nothing that fails");
    text.truncate(start + text[start..].trim_end().len());
    text.push('\n');
}
