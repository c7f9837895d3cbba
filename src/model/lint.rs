//! The names of what the lint of the graph warns of. Knows no rule.

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lint {
    /// Two tasks write the same files, and nothing orders them.
    OverlappingOutputs,
    /// A task reads what another makes, without waiting for it.
    UnlinkedSources,
    /// An orchestrator tells its reader to run the next task.
    PassThrough,
    /// Something is published that no dependency builds.
    PublishWithoutBuild,
    /// Only a task that calls it puts what it needs before it.
    UnsafeStandalone,
    /// A hidden task that nothing can reach.
    UnreachableHidden,
    /// All platforms' wheels are built, and no source distribution.
    MissingSdist,
    /// What is built lands where the publisher does not look.
    ArtifactScatter,
    /// The version is set after, or beside, the build.
    LateVersion,
}

impl Lint {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::OverlappingOutputs,
        Self::UnlinkedSources,
        Self::PassThrough,
        Self::PublishWithoutBuild,
        Self::UnsafeStandalone,
        Self::UnreachableHidden,
        Self::MissingSdist,
        Self::ArtifactScatter,
        Self::LateVersion,
    ];

    /// Its category, which is also its name in configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::OverlappingOutputs => "overlapping-outputs",
            Self::UnlinkedSources => "unlinked-sources",
            Self::PassThrough => "pass-through",
            Self::PublishWithoutBuild => "publish-without-build",
            Self::UnsafeStandalone => "unsafe-standalone",
            Self::UnreachableHidden => "unreachable-hidden",
            Self::MissingSdist => "missing-sdist",
            Self::ArtifactScatter => "artifact-scatter",
            Self::LateVersion => "late-version",
        }
    }
}
