"""The revocation lists of this installation (RFC 5280, 5): for validators that ask for one."""

from datetime import datetime

from cryptography import x509

from pledges.proof.keys.certificates import Issuer, hash_for, issuer_identifier, to_the_second

END_ENTITIES_ONLY = x509.IssuingDistributionPoint(
    full_name=None,
    relative_name=None,
    only_contains_user_certs=True,
    only_contains_ca_certs=False,
    only_some_reasons=None,
    indirect_crl=False,
    only_contains_attribute_certs=False,
)


def make_list(issuer: Issuer, begins: datetime, ends: datetime) -> x509.CertificateRevocationList:
    """The list of what `issuer` has revoked: nothing.

    That of an authority for end entities says that it speaks of such only. Validators would else
    take it for one that might speak, for the root, of the other authorities as well; and the event
    CA's, which ends after minutes, would spoil the company's seal beside it.
    """
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(to_the_second(begins))
        .next_update(to_the_second(ends))
        .add_extension(x509.CRLNumber(int(begins.timestamp() * 1000)), critical=False)
        .add_extension(issuer_identifier(issuer.certificate), critical=False)
    )
    if _reach(issuer.certificate) == 0:
        builder = builder.add_extension(END_ENTITIES_ONLY, critical=True)
    return builder.sign(issuer.key, hash_for(issuer.key))


def _reach(authority: x509.Certificate) -> int | None:
    return authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
