from django.contrib.admin.apps import AdminConfig


class ConsoleConfig(AdminConfig):
    """Django's admin with our own site as the default one."""

    default_site = "jelouadmin.site.ConsoleSite"
