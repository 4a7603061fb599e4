package desk

// Actions are the changes that a dialog is enough for: a reason, a few choices, and
// the object that the offer names. One handler serves them all.
func Actions() map[Action]UserAction {
	return map[Action]UserAction{
		"users.erase": (*Desk).Erase,

		"activate": (*Desk).Activate, "deactivate": (*Desk).Deactivate, "reactivate": (*Desk).Reactivate,
		"suspend": (*Desk).Suspend, "unsuspend": (*Desk).Unsuspend, "unlock": (*Desk).Unlock,
		"reset_password": (*Desk).ResetPassword, "expire_password": (*Desk).ExpirePassword,
		"expire_password_with_temp_password": (*Desk).ExpirePasswordAndGetTemporaryPassword,
		"reset_factors":                      (*Desk).ResetFactors,

		"forgot_password": (*Desk).ForgotPassword,

		"links.set": (*Desk).SetLink, "links.remove": (*Desk).RemoveLink,

		"roles.assign": (*Desk).AssignRole, "roles.remove": (*Desk).RemoveRole,

		"targets.add_group": (*Desk).AddGroupTarget, "targets.remove_group": (*Desk).RemoveGroupTarget,
		"targets.add_all_apps": (*Desk).AddAllApps,
		"targets.add_app":      (*Desk).AddAppTarget, "targets.remove_app": (*Desk).RemoveAppTarget,
		"targets.add_instance": (*Desk).AddInstanceTarget, "targets.remove_instance": (*Desk).RemoveInstanceTarget,

		"grants.revoke": (*Desk).RevokeGrant, "grants.revoke_client": (*Desk).RevokeClientGrants, "grants.revoke_all": (*Desk).RevokeAllGrants,

		"clear_sessions":        (*Desk).ClearSessions,
		"sessions.revoke_token": (*Desk).RevokeToken, "sessions.revoke_tokens": (*Desk).RevokeTokens,

		"factors.reset": (*Desk).ResetFactor,
	}
}
