//! The console, driven in Chromium by real keys and clicks. The checks are in `tests/browser/checks`, a file for each
//! group here and a function for each test; whatever page a check comes by, its markup and the browser's console are
//! watched as well.

mod props;
mod stage;

/// One test for each check, named after it.
macro_rules! checks {
    ($($group:ident { $($check:ident)* })*) => {
        $(mod $group {
            $(#[test]
            fn $check() {
                super::stage::run(concat!(stringify!($group), "::", stringify!($check)));
            })*
        })*

        #[test]
        fn every_check_is_run() {
            let mut listed = vec![$($(concat!(stringify!($group), "::", stringify!($check)),)*)*];
            listed.sort_unstable();
            assert_eq!(stage::known(), listed);
        }
    };
}

checks! {
    budgets {
        the_editors_first_load_is_small
        nothing_moves_while_the_editor_loads_and_is_used
        what_cannot_change_is_kept_for_ever_and_what_is_secret_is_not
    }
    editor {
        add_fill_test_save_and_reload_by_keyboard
        add_fill_test_save_and_reload_without_javascript
        control_s_saves
        enter_and_the_test_button_neither_save_nor_remove
        enter_and_the_test_button_neither_save_nor_remove_without_javascript
        only_the_save_button_saves
        a_double_click_saves_once
        the_save_button_says_that_it_is_busy_and_keeps_the_focus
        a_refused_save_keeps_what_was_typed_and_leads_to_each_problem
        a_refused_save_keeps_what_was_typed_without_javascript
        a_name_is_made_lowercase_when_it_is_left
        removing_moves_the_focus_on_and_undo_brings_it_back
        removing_the_last_row_moves_the_focus_to_add
        removing_works_without_javascript
        an_identical_change_by_somebody_else_counts_as_saved
        changes_of_different_aliases_are_merged
        changes_of_different_aliases_are_merged_without_javascript
        changes_of_the_same_alias_are_put_to_the_person
        changes_of_the_same_alias_are_put_to_the_person_without_javascript
        two_tabs_never_overwrite_each_other
        a_key_deleted_meanwhile_leaves_the_draft_to_copy
        a_window_that_comes_back_is_told_of_a_change
        a_server_error_loses_nothing
        being_offline_loses_nothing
        being_signed_out_loses_nothing
        leaving_with_unsaved_changes_asks_first
        a_saved_change_can_be_undone
        a_row_answers_with_the_name_asked_for
        a_row_says_how_much_its_requests_may_be_changed
        twenty_rows_are_all
        a_name_has_at_most_64_characters
        every_printable_character_is_allowed_or_named
    }
    finding {
        the_palette_goes_to_a_key_by_keyboard
        escape_closes_the_palette
        models_are_searched_as_one_types
        models_are_searched_without_javascript
    }
    keys {
        create_copy_and_go_to_aliases_by_keyboard
        create_copy_and_go_to_aliases_without_javascript
        a_secret_is_shown_once
        a_reload_does_not_show_the_secret_again
        leaving_before_the_secret_is_copied_asks_first
        a_bad_name_is_refused
        a_bad_name_is_refused_without_javascript
        aliases_are_copied_from_another_key
        the_aliases_button_leads_to_the_editor
        the_list_is_filtered_as_one_types_and_the_address_follows
        the_list_is_filtered_without_javascript
        the_list_is_sorted_by_its_headings
        a_key_is_disabled_at_once_and_enabled_again_by_keyboard
        a_key_is_disabled_at_once_and_enabled_again_without_javascript
        a_menu_opens_inside_its_row_and_closes_the_other
        a_menu_opens_inside_its_row_and_closes_the_other_without_javascript
        a_key_is_renamed
        a_key_is_renamed_without_javascript
        a_key_is_rolled_and_the_old_secret_dies
        a_key_is_rolled_without_javascript
        a_rolled_key_can_keep_its_old_secret_for_a_while
        a_key_in_use_is_deleted_only_by_its_name_in_a_dialog
        an_unused_key_is_deleted_with_one_button_without_javascript
        several_keys_are_changed_at_once
        several_keys_are_changed_at_once_without_javascript
        a_viewer_can_look_and_test_but_not_write
    }
    looks {
        the_editor_without_aliases
        the_editor_with_hints_and_a_test
        the_editor_with_a_new_row_and_an_open_list
        the_editor_with_problems
        the_editor_after_a_save
        the_editor_with_a_merge_and_a_choice
        the_editor_of_a_deleted_key
        the_editor_with_everything_unfolded
        the_editor_as_a_viewer_sees_it
        the_page_that_browses_models
        the_history_of_the_aliases
        the_list_of_keys
        the_list_of_keys_when_there_are_none
        the_list_of_keys_when_none_fits
        signing_in
        a_page_that_is_not_there
        creating_a_key_and_being_refused
        a_new_key_and_a_key_that_was_shown
        a_keys_own_page_and_rolling_it
        the_page_that_connects_a_client
        deleting_a_key_as_a_page_and_as_a_dialog
        deleting_several_keys
        a_refused_sign_in
        setting_up_and_being_refused
        choosing_a_new_password
        the_models_and_the_search_for_everything
        the_menu_on_a_narrow_screen
        the_usage_of_a_month
        the_usage_split_otherwise_and_followed_to_its_requests
        usage_and_requests_when_there_are_none
        the_list_of_requests
        one_request
        the_wallet_of_an_account
        the_wallet_before_the_first_credit
        the_wallet_of_an_admin_and_a_refused_correction
        keys_with_spend_limits
        a_keys_limits_and_what_is_refused_of_them
    }
    money {
        an_admin_adds_credit_by_keyboard
        an_admin_adds_credit_without_javascript
        a_keys_limits_are_set_by_keyboard
        a_keys_limits_are_set_without_javascript
        a_new_key_gets_a_spend_limit
    }
    picker {
        the_input_is_a_combobox
        typing_opens_the_list_with_nothing_active
        arrow_down_opens_at_the_first
        alt_arrow_down_opens_with_none_active
        arrow_up_opens_at_the_last
        the_arrows_go_round
        the_active_option_is_in_view
        alt_arrow_up_closes_and_keeps_the_text
        enter_picks_the_active_option
        enter_with_none_active_only_closes
        escape_closes_first_and_then_restores
        tab_never_picks
        home_and_end_move_the_caret
        a_click_picks
        leaving_closes_the_list
        keys_of_an_input_method_are_left_alone
        a_late_answer_never_replaces_a_newer_one
        the_number_of_results_is_spoken_once_typing_stops
        a_search_without_a_result_says_so
        a_search_that_fails_says_what_to_do
        every_word_has_to_match_and_the_exact_id_comes_first
        a_model_that_the_key_may_not_use_is_shown_as_such
        without_javascript_the_browser_suggests_and_a_page_browses
    }
    signing {
        in_and_out_by_keyboard
        in_and_out_without_javascript
        a_wrong_password_and_an_unknown_person_get_one_answer
        the_cookie_cannot_be_read_by_scripts
        somebody_elses_page_cannot_post_here
        a_second_person_sees_nothing_of_the_first
        the_first_admin_is_set_up_by_keyboard
        the_first_admin_is_set_up_without_javascript
        a_new_password_ends_every_session
    }
    test_box {
        each_outcome_has_its_sentence
        a_difference_of_case_alone_is_explained
        a_space_at_an_end_is_pointed_out_and_kept
        a_target_that_is_switched_off_is_told
        a_key_without_permission_is_told
        a_disabled_key_is_told
        why_lists_every_candidate
        the_draft_is_tested_and_the_live_answer_stands_beside_it
        editing_a_row_tests_again
        unfinished_rows_are_named_and_ignored
        a_link_brings_a_name_along
        markup_in_a_name_is_text
        an_error_keeps_the_last_answer
        a_name_that_fails_can_become_an_alias
        testing_is_no_change
        many_names_are_tested_at_once
    }
    traffic {
        editing_a_target_shows_what_becomes_of_the_traffic_before_saving
        adding_an_alias_from_a_name_fills_a_row_and_moves_the_focus
        a_name_is_tested_from_its_row
        a_longer_time_is_looked_at
        the_draft_is_kept_without_javascript
        markup_in_a_sent_name_is_text
        the_panel_looks_right
        the_panel_of_a_new_key_looks_right
    }
}
