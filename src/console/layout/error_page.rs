//! Turns an error answer into a page or a fragment.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_TYPE, REFERER, RETRY_AFTER};
use askama::Template;

use super::frame::Frame;
use crate::console::web::{ConsoleError, ErrorView, HtmxRequest, reply};
use crate::domain::RequestId;
use crate::error_chain::error_chain;

/// An error page in the frame, for a person who is signed in.
#[derive(Template)]
#[template(path = "layout/error.html")]
struct FramedPage<'a> {
    frame: Frame,
    view: &'a ErrorView,
    id: String,
}

/// An error page without the frame.
#[derive(Template)]
#[template(path = "layout/error_bare.html")]
struct BarePage<'a> {
    view: &'a ErrorView,
    id: String,
}

/// An error as a message in the region that a screen reader announces at once. The rest of the page stays.
#[derive(Template)]
#[template(path = "layout/_error.html")]
struct Fragment<'a> {
    view: &'a ErrorView,
}

/// Makes a page or a fragment of an error. Leaves all other answers, and forms with messages, as they are.
pub fn render(response: ServiceResponse<BoxBody>, htmx: HtmxRequest, id: RequestId) -> ServiceResponse<BoxBody> {
    let Some(view) = find(&response) else { return response };
    let status = view.status.as_u16();
    if view.status.is_server_error() {
        let error = response.response().error().map(causes).unwrap_or_default();
        tracing::error!(request.id = %id.header_value(), request.path = response.request().path(), error, "A page failed");
    } else {
        tracing::debug!(request.id = %id.header_value(), request.path = response.request().path(), status, "Refused");
    }

    let (request, _) = response.into_parts();
    let answer = match Frame::of(&request) {
        _ if view.status == 401 && !htmx.is_htmx() => reply::see_other(&sign_in(&request)),
        Ok(frame) if !htmx.is_htmx() => {
            let page = FramedPage {
                frame,
                view: &view,
                id: id.header_value(),
            };
            answer(&view, page.render())
        }
        _ => bare_page(&view, htmx, id),
    };

    ServiceResponse::new(request, answer)
}

/// The error as a page without a frame, or as a fragment. A script gets no body for a failure of the console (5xx),
/// since it has a message of its own.
pub fn bare_page(view: &ErrorView, htmx: HtmxRequest, id: RequestId) -> HttpResponse {
    if !htmx.is_htmx() {
        answer(
            view,
            BarePage {
                view,
                id: id.header_value(),
            }
            .render(),
        )
    } else if view.status.is_server_error() {
        answer(view, Ok(String::new()))
    } else {
        answer(view, Fragment { view }.render())
    }
}

fn answer(view: &ErrorView, body: Result<String, askama::Error>) -> HttpResponse {
    let body = body.unwrap_or_else(|error| {
        tracing::error!(%error, "The error page itself failed");
        view.heading.clone()
    });
    let mut response = reply::html(view.status, body);
    if let Some(wait) = view.retry_after {
        response
            .headers_mut()
            .insert(RETRY_AFTER, reply::whole_seconds(wait).into());
    }
    response
}

/// An error with its causes, for the log: people read less than that.
fn causes(error: &actix_web::Error) -> String {
    error
        .as_error::<ConsoleError>()
        .map_or_else(|| error.to_string(), |error| error_chain(error))
}

/// The view that an answer carries, or a view of the framework's own answers.
fn find(response: &ServiceResponse<BoxBody>) -> Option<ErrorView> {
    if let Some(view) = response.response().extensions().get::<ErrorView>() {
        return Some(view.clone());
    }

    let status = response.status();
    let html = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let bare = (status.is_client_error() || status.is_server_error()) && !html;
    bare.then(|| ErrorView::of_status(status))
}

/// The address to sign in at, which leads back: to the page itself, or for a form to the page that it stands on.
fn sign_in(request: &actix_web::HttpRequest) -> String {
    let next = if matches!(*request.method(), Method::GET | Method::HEAD) {
        request.uri().path_and_query().map(|path| path.as_str().to_owned())
    } else {
        let referer = request.headers().get(REFERER).and_then(|value| value.to_str().ok());
        referer
            .and_then(|text| text.parse::<url::Url>().ok())
            .map(|page| page.path().to_owned())
    };

    match next {
        Some(next) if next != "/" => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("next", &next)
                .finish();
            format!("/sign-in?{query}")
        }
        _ => "/sign-in".into(),
    }
}
