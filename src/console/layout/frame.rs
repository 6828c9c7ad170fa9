//! The frame of every page: who is signed in, the navigation, and the message about the last change.

use std::future::{Ready, ready};

use actix_session::SessionExt;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::console::auth::SignedIn;
use crate::console::state::Console;
use crate::console::web::flash::{self, Flash};
use crate::console::web::{ConsoleError, assets};

/// The pages of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nav {
    /// API keys, their aliases included.
    Keys,
    /// The catalog.
    Models,
    /// Reports of usage.
    Usage,
    /// Single requests.
    Requests,
    /// Credit and ledger of an account.
    Wallet,
    /// No page of the navigation, as on an error page.
    None,
}

/// The values for `templates/layout/frame.html`. Every page struct has a field `frame` with them.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The person who is signed in.
    pub who: SignedIn,
    /// The page of the navigation that is open.
    pub nav: Nav,
    /// The message about a change, on the page after it.
    pub flash: Option<Flash>,
    /// Whether the demo provider answers for providers without a credential.
    pub demo_provider: bool,
}

impl Frame {
    /// The frame of a page under `nav`.
    #[must_use]
    pub fn at(mut self, nav: Nav) -> Self {
        self.nav = nav;
        self
    }

    /// The heading of the navigation.
    pub fn place(&self) -> &str {
        self.who
            .account
            .as_ref()
            .map_or("All accounts", |account| account.name.as_str())
    }

    /// The frame for a request that the guard has let through.
    pub fn of(request: &HttpRequest) -> Result<Self, ConsoleError> {
        let console = request
            .app_data::<web::Data<Console>>()
            .ok_or(ConsoleError::Internal("no console".into()))?;
        let who = SignedIn::of(request).ok_or(ConsoleError::SignedOut)?;

        Ok(Self {
            who,
            nav: Nav::None,
            flash: flash::take(&request.get_session()),
            demo_provider: console.options.demo_provider,
        })
    }
}

impl FromRequest for Frame {
    type Error = ConsoleError;
    type Future = Ready<Result<Self, ConsoleError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// The address of htmx, unless this build leaves it out.
pub fn htmx() -> Option<&'static str> {
    assets::find("htmx.js")
}
