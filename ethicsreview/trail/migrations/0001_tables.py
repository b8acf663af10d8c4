import django.db.models.deletion
from django.db import migrations, models

from ethicsreview.accounts.migrating import Together


class Migration(migrations.Migration):

    initial = True

    # What an installation from before the first release has already made.
    replaces = [
        ('trail', '0001_initial'),
    ]

    dependencies = [
    ]

    operations = [Together([
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('made_at', models.DateTimeField()),
                ('chains', models.PositiveIntegerField()),
                ('entries', models.PositiveBigIntegerField()),
                ('previous', models.CharField(blank=True, max_length=80)),
                ('digest', models.CharField(max_length=80)),
            ],
            options={
                'verbose_name': '日封',
                'verbose_name_plural': '日封',
            },
        ),
        migrations.CreateModel(
            name='Chain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_kind', models.CharField(max_length=40)),
                ('subject_ref', models.CharField(max_length=60)),
                ('length', models.PositiveIntegerField(default=0)),
                ('head', models.CharField(blank=True, help_text='末条的摘要', max_length=80)),
            ],
            options={
                'verbose_name': '留痕链',
                'verbose_name_plural': '留痕链',
                'constraints': [models.UniqueConstraint(fields=('subject_kind', 'subject_ref'), name='trail_chain_subject')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('actor_kind', models.CharField(max_length=12)),
                ('actor_ref', models.CharField(max_length=150)),
                ('actor_name', models.CharField(max_length=150)),
                ('capacities', models.CharField(blank=True, max_length=200)),
                ('object_kind', models.CharField(max_length=40)),
                ('object_ref', models.CharField(max_length=60)),
                ('step', models.CharField(max_length=60)),
                ('source', models.CharField(blank=True, max_length=40)),
                ('target', models.CharField(blank=True, max_length=40)),
                ('citation', models.CharField(blank=True, max_length=200)),
                ('facts', models.JSONField(default=dict)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('previous', models.CharField(blank=True, max_length=80)),
                ('digest', models.CharField(max_length=80)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='trail.chain')),
            ],
            options={
                'verbose_name': '留痕',
                'verbose_name_plural': '留痕',
                'indexes': [models.Index(fields=['object_kind', 'object_ref', 'seq'], name='trail_entry_object')],
                'constraints': [models.UniqueConstraint(fields=('chain', 'seq'), name='trail_entry_seq')],
            },
        ),
    ])]
