//! What a model accepts, returns and can do.

/// The kinds of content that a model accepts and returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Architecture {
    /// For example `text+image->text`.
    #[serde(default)]
    pub modality: String,
    /// Of text, image, file, audio, video.
    #[serde(default)]
    pub input_modalities: Vec<String>,
    /// Of text, image, audio, video, embeddings.
    #[serde(default)]
    pub output_modalities: Vec<String>,
}

/// Token limits of the provider that serves the model, where they are tighter than its context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TokenLimits {
    /// Most tokens that one answer may have.
    #[serde(default)]
    pub max_completion_tokens: Option<u64>,
    /// Most tokens that one prompt may have.
    #[serde(default)]
    pub max_prompt_tokens: Option<u64>,
}

/// The features of a model: `None` if no source states whether it has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Features {
    /// Calls tools.
    pub tools: Option<bool>,
    /// Obeys a JSON schema.
    pub structured_outputs: Option<bool>,
    /// Thinks before it answers.
    pub reasoning: Option<bool>,
    /// Sees images.
    pub vision: Option<bool>,
    /// Reads files.
    pub file_input: Option<bool>,
    /// Reuses a cached prompt.
    pub prompt_caching: Option<bool>,
}

/// How a model thinks before it answers, as far as a source states it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Reasoning {
    /// Whether thinking cannot be switched off.
    pub mandatory: Option<bool>,
    /// The efforts that it knows, for example `low`.
    pub supported_efforts: Option<Vec<String>>,
    /// The effort that it uses if a request names none.
    pub default_effort: Option<String>,
    /// The budget that a request may set, in tokens.
    pub max_tokens: Option<ThinkingBudget>,
}

/// The bounds of a budget for thinking, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ThinkingBudget {
    /// The least.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
}
