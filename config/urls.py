"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from pledges.views import (
    authenticator_apps,
    discarding,
    factors,
    filling,
    health,
    help_pages,
    invitations,
    language,
    last_time,
    my_people,
    my_pledges,
    own_address,
    own_record,
    own_sessions,
    own_tasks,
    papers,
    passkeys,
    phones,
    printouts,
    public,
    reading,
    setting_up,
    signing,
    signing_out,
    well_known,
    withdrawing,
)

urlpatterns = [
    path("", my_pledges.my_pledges, name="my_pledges"),
    path("my-people/", my_people.my_people, name="my_people"),
    path("pledges/start/<slug:slug>/", filling.start, name="pledge_start"),
    path("pledges/<uuid:pk>/", filling.pledge, name="pledge"),
    path("pledges/<uuid:pk>/answers/", filling.save, name="pledge_save"),
    path("pledges/<uuid:pk>/prepare/", filling.prepare, name="pledge_prepare"),
    path("pledges/<uuid:pk>/discard/", discarding.discard, name="pledge_discard"),
    path("pledges/<uuid:pk>/withdraw/", withdrawing.withdraw, name="pledge_withdraw"),
    path("pledges/<uuid:pk>/last-time/", last_time.last_time, name="pledge_last_time"),
    path("pledges/<uuid:pk>/document.pdf", reading.document, name="pledge_document"),
    path(
        "pledges/<uuid:pk>/pages/<slug:sha256>/<int:number>.png",
        reading.page,
        name="pledge_page",
    ),
    path("pledges/<uuid:pk>/proof.json", reading.proof, name="pledge_proof"),
    path("pledges/<uuid:pk>/sign/<uuid:intent_id>/", signing.sign, name="pledge_sign"),
    path(
        "pledges/<uuid:pk>/sign/<uuid:intent_id>/document.pdf",
        signing.reading_copy,
        name="pledge_reading_copy",
    ),
    path(
        "pledges/<uuid:pk>/sign/<uuid:intent_id>/pages/<int:number>.png",
        signing.page,
        name="pledge_sign_page",
    ),
    path("tasks/<uuid:pk>/", own_tasks.task, name="task"),
    path("tasks/<uuid:pk>/open/", own_tasks.open_task, name="task_open"),
    path("tasks/<uuid:pk>/objection/", own_tasks.objection, name="task_objection"),
    path("tasks/<uuid:pk>/receipt.json", own_tasks.receipt, name="task_receipt"),
    path("tasks/<uuid:pk>/receipt.pdf", own_tasks.receipt_sheet, name="task_receipt_sheet"),
    path("pledges/<uuid:pk>/printout.pdf", printouts.of_stored_file, name="pledge_printout"),
    path("papers/<uuid:pk>/", papers.own, name="paper"),
    path("papers/<uuid:pk>/pages/<int:number>/", papers.page, name="paper_page"),
    path("papers/<uuid:pk>/record.pdf", papers.record, name="paper_record"),
    path("verify/", public.check, name="verify_file"),
    path("verify/printout/", printouts.of_brought_file, name="verify_printout"),
    path("verify/root.pem", public.roots, {"name": "root.pem"}, name="verify_root"),
    path(
        "verify/tsa-roots.pem",
        public.roots,
        {"name": "tsa-roots.pem"},
        name="verify_tsa_roots",
    ),
    path(
        "verify/company-roots.pem",
        public.roots,
        {"name": "company-roots.pem"},
        name="verify_company_roots",
    ),
    path("verify/<uuid:pk>/", public.verify, name="verify"),
    path("verify/paper/<uuid:pk>/", papers.verify, name="verify_paper"),
    path("language/", language.choose, name="language"),
    path("help/", help_pages.index, name="help"),
    *(
        path(f"help/{name}/", help_pages.page, {"name": name}, name=help_pages.address(name))
        for name in help_pages.TITLES
    ),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path(".well-known/change-password", well_known.change_password, name="change_password"),
    path("robots.txt", well_known.robots_txt, name="robots_txt"),
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", own_record.overview, name="account_overview"),
    path("accounts/language/", own_record.choose_language, name="account_language"),
    path("accounts/report/", own_record.report, name="account_report"),
    # An address is a fact about a person, which administrators change and the ledger tells of.
    path("accounts/email/", own_address.shown, name="account_email"),
    path("accounts/sessions/", own_sessions.listed, name="account_sessions"),
    path("accounts/sessions/<slug:digest>/end/", own_sessions.end, name="account_session_end"),
    path(
        "accounts/invitation/<uuid:pk>/<slug:key>/",
        invitations.accept,
        name="account_invitation",
    ),
    path("accounts/logout/", signing_out.sign_out, name="account_logout"),
    path("accounts/", include("allauth.account.urls")),
    # Which passkeys sign documents is decided by us; the other pages about them are allauth's.
    path("accounts/2fa/webauthn/", passkeys.listed, name="mfa_list_webauthn"),
    path("accounts/2fa/webauthn/add/", passkeys.add, name="mfa_add_webauthn"),
    path(
        "accounts/2fa/webauthn/waiting/<slug:digest>/confirm/",
        passkeys.confirm,
        name="mfa_confirm_passkey",
    ),
    path(
        "accounts/2fa/webauthn/waiting/<slug:digest>/remove/",
        passkeys.discard,
        name="mfa_discard_passkey",
    ),
    path("accounts/2fa/totp/activate/", authenticator_apps.activate, name="mfa_activate_totp"),
    path("accounts/2fa/totp/confirmation/", authenticator_apps.ask, name="mfa_ask_for_app"),
    path("accounts/2fa/", passkeys.index, name="mfa_index"),
    path("accounts/2fa/set-up/", setting_up.set_up, name="mfa_set_up"),
    path("accounts/2fa/recovery-codes/", setting_up.recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/2fa/phone/", phones.add, name="mfa_add_phone"),
    path("accounts/2fa/phone/<uuid:pk>/", phones.shown, name="mfa_phone"),
    path("phone/<uuid:pk>/<slug:key>/", phones.phone, name="phone"),
    # What changes a factor is told to its owner.
    path("accounts/2fa/totp/deactivate/", factors.deactivate_app, name="mfa_deactivate_totp"),
    path(
        "accounts/2fa/recovery-codes/generate/",
        factors.generate_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        factors.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "pledges.views.errors.bad_request"
handler403 = "pledges.views.errors.forbidden"
handler404 = "pledges.views.errors.not_found"
handler500 = "pledges.views.errors.server_error"
